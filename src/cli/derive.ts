import { analyze } from '../analyze.ts';
import type { Analysis, SetAside } from '../emit/analysis.ts';
import { emitCheckJson } from '../emit/check-json.ts';
import { HaproxyLimitError } from '../emit/haproxy/rules.ts';
import { emitHaproxy, secretLines } from '../emit/haproxy/script.ts';
import { formatEndpoint } from '../packet/segment.ts';
import { accountFor } from './account.ts';
import { CommandError, EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { Terminal } from './terminal.ts';

/** What `--format` can be. */
export const FORMATS = { haproxy: emitHaproxy, json: emitCheckJson } as const;

export interface DeriveOptions extends CommonOptions {
  readonly format?: keyof typeof FORMATS;
}

/** The default command: captures in, a script out. */
export async function derive(paths: string[], options: DeriveOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const { stream, server } = options;
  const analysis = await analyze({
    paths,
    stream,
    server,
    serverRole: options.role,
    allowed: options.allow ?? new Set(),
    warn: terminal.warn,
  });
  accountFor(analysis, terminal);
  for (const setAside of analysis.setAside) terminal.note(`left out: ${setAsideText(setAside, analysis)}`);
  if (analysis.checks.length === 0) throw new CommandError(EXIT.no, nothingToDerive(analysis, options));
  const format = options.json ? 'json' : (options.format ?? 'haproxy');
  const artifact = emit(format, analysis);
  if (stream !== undefined) warnOfForcedStream(analysis, terminal);
  warnOfChecks(analysis, format, terminal);
  await writeArtifact(artifact, options.output);
  return EXIT.done;
}

function emit(format: keyof typeof FORMATS, analysis: Analysis): string {
  try {
    return FORMATS[format](analysis);
  } catch (error) {
    if (error instanceof HaproxyLimitError) throw new CommandError(EXIT.no, error.message);
    throw error;
  }
}

/** A conversation that was asked for by number makes a check whatever came of it; the user should know what. */
function warnOfForcedStream({ dialogue }: Analysis, terminal: Terminal): void {
  const outcome = dialogue?.outcome;
  if (outcome?.kind === 'opened' && outcome.status !== undefined && outcome.status < 300) return;
  terminal.warning(`the check expects what this conversation showed: ${outcome?.reason}`);
}

function warnOfChecks(analysis: Analysis, format: keyof typeof FORMATS, terminal: Terminal): void {
  for (const { caveats, samples, statuses } of analysis.checks) {
    const where = `tcp.stream ${samples[0]?.stream}`;
    for (const caveat of caveats) terminal.warning(`${where}: ${caveat}`);
    const redirects = statuses.filter((status) => status >= 300 && status < 400);
    if (redirects.length > 0) {
      terminal.warning(
        `${where}: the answer is a redirect (${redirects.join(', ')}), which a captive portal gives too; ask for something that is answered 204 or 200`,
      );
    }
  }
  if (format !== 'haproxy') return;
  for (const { line, secrets } of secretLines(analysis)) {
    terminal.note(`line ${line} of the script holds a secret (${secrets.join(', ')}): keep the file private`);
  }
}

function setAsideText(
  { stream, client, server, reason, frame, nextStep, count }: SetAside,
  { files }: Analysis,
): string {
  const who = client === server ? formatEndpoint(server) : `${formatEndpoint(client)} to ${formatEndpoint(server)}`;
  const where = frame === undefined ? '' : `, frame ${files.nameOf(frame)}`;
  const more = count > 1 ? `, and ${count - 1} more like it` : '';
  return `tcp.stream ${stream} (${who}): ${reason}${where}${more}${nextStep === undefined ? '' : `; ${nextStep}`}`;
}

function nothingToDerive({ accounting, setAside, files }: Analysis, { stream, server }: DeriveOptions): string {
  const names = files.names.join(', ');
  if (stream !== undefined && setAside.length === 0) {
    return `${names}: there is no tcp.stream ${stream}${server === undefined ? '' : ` with server ${server}`}; capture2check list shows what there is`;
  }
  if (accounting.conversations === 0) {
    return `${names}: no TCP conversation in ${accounting.frames} frames; record the proxy's port while curl runs, as: tcpdump -i any -s 0 -w session.pcap tcp port 1080`;
  }
  if (setAside.length === 0)
    return `${names}: no conversation with server ${server}; capture2check list shows what there is`;
  return `${names}: nothing to derive a check from; record a session in which the request succeeds`;
}
