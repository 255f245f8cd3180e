import type { Analysis } from '../emit/analysis.ts';
import type { ScriptStyle } from '../emit/haproxy/style.ts';
import { withheldFrom } from '../emit/withheld.ts';
import { nothingToDerive, wordsOn } from '../emit/words.ts';
import { type Form, isModern } from '../proof/form.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { aimOf, type Format, formOf, type ScriptOptions, type StyleOptions, styleOf } from './script-options.ts';
import { Terminal } from './terminal.ts';

/** What writes each format. */
const EMITTERS = {
  haproxy: async () => (await import('../emit/haproxy/script.ts')).emitHaproxy,
  json: async () => (await import('../emit/check-json.ts')).emitCheckJson,
} as const satisfies Record<Format, unknown>;

export interface DeriveOptions extends CommonOptions, ScriptOptions, StyleOptions {
  readonly format?: Format;
  readonly haproxy?: Form['dialect'];
  readonly proof: boolean;
}

/** The default command: captures in, a script out. */
export async function derive(paths: string[], options: DeriveOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const { stream } = options;
  const [form, style] = [formOf(options), styleOf(options)];
  if (style.environment !== undefined && !isModern(form))
    throw new CommandError(
      EXIT.usage,
      '--secrets env needs send-lf and send-binary-lf, which HAProxy has since 2.2: say --haproxy 2.2 or later',
    );
  const format = options.json ? 'json' : (options.format ?? 'haproxy');
  if (format === 'json' && style.section !== undefined)
    throw new CommandError(EXIT.usage, 'JSON has the rules alone: leave out the options of a section, or --json');
  const analysis = await analyzeFor(paths, options, terminal, { proof: options.proof, form, aim: aimOf(options) });
  const withheld = withheldFrom(analysis, style);
  const checks = analysis.checks.filter((check) => !withheld.has(check));
  const artifact = format === 'haproxy' ? 'script' : 'json';
  terminal.tell(wordsOn(analysis, { stream, artifact, withheld, style }));
  if (analysis.checks.length === 0) throw new CommandError(EXIT.no, nothingToDerive(analysis, options));
  if (checks.length === 0) throw new CommandError(EXIT.no, 'nothing is printed: see why each check is withheld');
  refuseSharing(checks, style);
  const statuses = [...new Set(checks.flatMap((check) => check.statuses))].join(', ');
  if (options.probe !== undefined && options.expectStatus === undefined && statuses !== '')
    terminal.warn({
      code: 'probe-status',
      message: `${options.probe.host} is expected to answer ${statuses}, as the captured origin did: --expect-status says otherwise`,
    });
  const emit = await EMITTERS[format]();
  const secret = style.environment === undefined && checks.some(holdsSecrets);
  await writeArtifact(emit({ ...analysis, checks }, style), options.output, secret);
  return EXIT.done;
}

const holdsSecrets = ({ steps }: Analysis['checks'][number]): boolean =>
  steps.some((step) => step.kind === 'send' && step.secrets.length > 0);

/** A name, an address to listen on and servers are those of one section. */
function refuseSharing(checks: Analysis['checks'], { section }: ScriptStyle): void {
  const own = { '--name': section?.name, '--bind': section?.bind, '--server-line': section?.servers };
  const given = Object.entries(own).flatMap(([option, value]) => (value === undefined ? [] : [option]));
  if (checks.length > 1 && given.length > 0) {
    const problem = `${given.join(' and ')} can be for one section alone, and the capture gives ${checks.length} checks`;
    throw new CommandError(EXIT.usage, `${problem}: take one with --server or --stream`);
  }
}
