import { systemProblem } from '../capture/warning.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import { noConversation } from '../emit/words.ts';
import { formatEndpoint } from '../packet/segment.ts';
import type { Behavior } from '../proof/behavior.ts';
import { type Twin, twinsOf } from '../proof/counterparts.ts';
import { planOf } from '../replay/plan.ts';
import { type ServedFixture, serveFixture } from '../replay/serve.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { Terminal } from './terminal.ts';

export interface ServeOptions extends CommonOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly timing: 'recorded' | 'none';
  readonly fault?: string;
  readonly listFaults?: boolean;
  readonly maxConnections: number;
  readonly maxBytes: number;
}

/** `serve`: a mock server that behaves as the recorded one, until SIGTERM or SIGINT. */
export async function serve(paths: string[], options: ServeOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const wanted = await analyzeFor(paths, options, terminal, { dialogues: true, proof: false });
  if (wanted.dialogues.length === 0) throw new CommandError(EXIT.no, noConversation(wanted, options));
  if (options.listFaults || options.fault !== undefined) {
    const twins = await faultsOf(paths, options, terminal);
    if (options.listFaults) {
      await writeArtifact(twins.map(({ name }) => `${name}\n`).join(''), options.output);
      return EXIT.done;
    }
    return run(wanted.dialogues, options, terminal, await faultNamed(twins, options.fault as string));
  }
  return run(wanted.dialogues, options, terminal, undefined);
}

/** The broken twins of the server: of the first check that the dialogues give. */
async function faultsOf(paths: string[], options: ServeOptions, terminal: Terminal): Promise<Twin[]> {
  const { checks } = await analyzeFor(paths, options, terminal.muted(), { proof: false });
  const [check, ...more] = checks;
  if (check === undefined)
    throw new CommandError(
      EXIT.no,
      'faults are those of a server that works, and no dialogue here does: record a session in which the request succeeds',
    );
  if (more.length > 0)
    terminal.note(`faults of the first of ${checks.length} checks; --stream or --server takes another`);
  return twinsOf(check.replies);
}

async function faultNamed(twins: readonly Twin[], name: string): Promise<Behavior> {
  const twin = twins.find((each) => each.name === name);
  if (twin !== undefined) return twin.behavior;
  const { closest } = await import('./suggest.ts');
  const meant = closest(
    name,
    twins.map((each) => each.name),
  );
  const nextStep = meant === undefined ? '--list-faults names them' : `did you mean "${meant}"?`;
  throw new CommandError(EXIT.usage, `no fault is called "${name}"; ${nextStep}`);
}

async function run(
  dialogues: readonly Dialogue[],
  options: ServeOptions,
  terminal: Terminal,
  fault: Behavior | undefined,
): Promise<number> {
  const { listen, timing, maxConnections, maxBytes } = options;
  const plans = dialogues.map((dialogue) => planOf(dialogue, timing));
  const log = (line: string) => terminal.note(line);
  let served: ServedFixture;
  try {
    served = await serveFixture(plans, { ...listen, maxConnections, maxBytes, log }, fault);
  } catch (error) {
    throw new CommandError(
      EXIT.unreadable,
      `--listen ${formatEndpoint({ address: listen.host, port: listen.port })}: ${systemProblem(error as Error)}`,
    );
  }
  // Before the address is out: who reads it may end the server at once.
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await writeArtifact(`${JSON.stringify({ address: served.host, port: served.port })}\n`, options.output);
  await ended;
  await served.close();
  return EXIT.done;
}
