import type { WarningCode } from '../capture/warning.ts';
import type { Check } from '../check/check.ts';
import { tokensIn } from '../fixture/tokens.ts';
import { formatEndpoint } from '../packet/segment.ts';
import { isStrict } from '../proof/form.ts';
import type { Analysis, SetAside } from './analysis.ts';
import { secretLines, variablesOf } from './haproxy/script.ts';
import { canGuard, DEFAULT_SCRIPT_STYLE, type ScriptStyle } from './haproxy/style.ts';
import { losingRowText, scoreText } from './proof.ts';
import { isSuccess, type Withheld } from './withheld.ts';

/** A sentence for stderr. */
export type Words =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string; readonly code: WarningCode };

/** What has to be said beside the checks: what was left out and why, and what the checks cannot promise. */
export function wordsOn(
  analysis: Analysis,
  {
    stream,
    artifact,
    withheld = new Map(),
    style = DEFAULT_SCRIPT_STYLE,
  }: {
    readonly stream: number | undefined;
    /** What is printed beside the words. */
    readonly artifact: 'script' | 'json' | 'verdicts' | 'proof';
    readonly withheld?: Withheld;
    readonly style?: ScriptStyle;
  },
): Words[] {
  const words: Words[] = analysis.setAside.map((each) => note(`left out: ${setAsideText(each, analysis)}`));
  if (analysis.checks.length === 0) return words;
  if (stream !== undefined) words.push(...onForcedStream(analysis));
  words.push(...onChecks(analysis), ...onProofs(analysis, artifact === 'proof'));
  for (const [{ samples, servers }, reason] of withheld) {
    words.push(
      warning(
        'withheld',
        `withheld: tcp.stream ${samples[0]?.stream} (${servers.map(formatEndpoint).join(', ')}): ${reason}`,
      ),
    );
  }
  const checks = analysis.checks.filter((check) => !withheld.has(check));
  if (artifact === 'verdicts' || artifact === 'proof') return words;
  if (artifact === 'script' && checks.length > 1 && style.section === undefined) {
    words.push(note(`${checks.length} checks: each goes into a section of its own; --server or --stream takes one`));
  }
  words.push(...onSecrets({ ...analysis, checks }, style, artifact));
  return words;
}

/** Where the artifact holds secrets, or where the script takes them from. */
function onSecrets(analysis: Analysis, style: ScriptStyle, artifact: 'script' | 'json'): Words[] {
  const variables = variablesOf(analysis, style);
  const holding = secretLines(analysis, style);
  const fields = [...new Set(holding.flatMap(({ secrets }) => secrets))];
  const places =
    artifact === 'script'
      ? holding.map(({ line, secrets }) => `line ${line} of the script holds a secret (${secrets.join(', ')})`)
      : fields.length === 0
        ? []
        : [`the JSON holds secrets (${fields.join(', ')})`];
  const words = [
    ...places.map((place) => note(`${place}: keep the file private, or say --secrets env`)),
    ...analysis.checks.filter(holdsToken).map(({ samples }) => {
      const what = `tcp.stream ${samples[0]?.stream}: what is sent holds what looks like a token, by the name of its parameter`;
      return warning('token', `${what}: keep the file private`);
    }),
    ...[...(style.environment ?? [])]
      .filter(([, variable]) => !variables.includes(variable))
      .map(([name]) => warning('secret-names', `--secret-names: no secret of the script is called ${name}`)),
  ];
  if (variables.length === 0) return words;
  words.push(note(`the check takes ${variables.join(', ')} from HAProxy's environment`));
  if (!canGuard(analysis.form))
    words.push(
      warning(
        'missing-variable',
        `HAProxy ${analysis.form.dialect} cannot be stopped where one of them is missing: it takes it for empty`,
      ),
    );
  return words;
}

const holdsToken = ({ steps }: Check): boolean =>
  steps.some((step) => step.kind === 'send' && tokensIn(Buffer.from(step.bytes).toString('latin1')).length > 0);

/** Why there is no check at all, with the next step. */
export function nothingToDerive(
  { accounting, setAside, files }: Analysis,
  { stream, server }: { readonly stream?: number | undefined; readonly server?: string | undefined },
): string {
  if (setAside.length > 0) {
    const told = setAside.every(({ nextStep }) => nextStep !== undefined);
    return `${files.names.join(', ')}: nothing to derive a check from; ${told ? 'see what can be done about it' : 'record a session in which the request succeeds'}`;
  }
  return noConversation({ accounting, files }, { stream, server });
}

/** Why there is no conversation to take, with the next step. */
export function noConversation(
  { accounting, files }: Pick<Analysis, 'accounting' | 'files'>,
  { stream, server }: { readonly stream?: number | undefined; readonly server?: string | undefined },
): string {
  const names = files.names.join(', ');
  if (accounting.conversations === 0) {
    return `${names}: no TCP conversation in ${accounting.frames} frames; record the proxy's port while curl runs, as: tcpdump -i any -s 0 -w session.pcap tcp port 1080`;
  }
  const wanted = [
    ...(stream === undefined ? [] : [`is tcp.stream ${stream}`]),
    ...(server === undefined ? [] : [`has the server ${server}`]),
  ];
  const what = wanted.length === 0 ? 'can be used' : wanted.join(' and ');
  return `${names}: no conversation ${what}; capture2check list shows what there is`;
}

/** A conversation that was asked for by number makes a check whatever came of it; the user should know what. */
function onForcedStream({ dialogue, checks }: Analysis): Words[] {
  const outcome = dialogue?.outcome;
  if (outcome === undefined || checks.some(({ accepted }) => accepted !== undefined)) return [];
  if (outcome.kind === 'opened' && outcome.status !== undefined && outcome.status < 300) return [];
  // The check's own caveat says so.
  if (outcome.kind === 'unknown' && dialogue?.layers.at(-1)?.protocol === 'unknown') return [];
  return [warning('forced', `the check expects what this conversation showed: ${outcome.reason}`)];
}

function onChecks({ checks, scripts, lookalikes, files }: Analysis): Words[] {
  const words: Words[] = [];
  for (const check of checks) {
    const { caveats, samples, statuses } = check;
    const where = `tcp.stream ${samples[0]?.stream}`;
    const script = scripts.get(check);
    if (script?.kind === 'tcp-check' && script.why !== undefined)
      words.push(note(`${where}: written as tcp-check: ${script.why}`));
    for (const { code, message } of [...caveats, ...(script?.caveats ?? [])])
      words.push(warning(code, `${where}: ${message}`));
    for (const { stream, reason, frame } of lookalikes.get(check) ?? []) {
      const why = frame === undefined ? reason : `${reason}, frame ${files.nameOf(frame)}`;
      words.push(
        warning('lookalike', `${where}: the check would take tcp.stream ${stream} for a success too (${why})`),
      );
    }
    const redirects = statuses.filter((status) => status >= 300 && status < 400 && status !== 304);
    if (redirects.length > 0) {
      const what = `the answer is a redirect (${redirects.join(', ')}), which a captive portal gives too`;
      words.push(warning('redirect', `${where}: ${what}; ask for something that is answered 204 or 200`));
    }
  }
  return words;
}

/** Losing rows that are told; there may be hundreds. Of a form that the user chose knowing that it is weaker, less is told. */
const SHOWN_ROWS = 10;
const SHOWN_ROWS_OF_WEAK = 3;

/** `shownWhole`: the artifact is the table itself. */
function onProofs({ checks, proofs, dialogue, form }: Analysis, shownWhole: boolean): Words[] {
  const words: Words[] = [];
  const shown = isStrict(form) ? SHOWN_ROWS : SHOWN_ROWS_OF_WEAK;
  for (const check of checks) {
    const proof = proofs.get(check);
    if (proof === undefined) continue;
    if (check.lacks.length > 0) {
      words.push(
        warning('not-proved', 'not proved: what is sent is not all there, and no server is known to answer it'),
      );
      continue;
    }
    if (!isSuccess(check, dialogue)) {
      words.push(
        warning(
          'not-proved',
          'not proved: the conversation was no success, so there is no healthy server to try the check against',
        ),
      );
      continue;
    }
    if (shownWhole) continue;
    // A wrong verdict weighs more than a late one.
    const losing = [
      ...proof.rows.filter(({ result }) => result === 'wrong'),
      ...proof.rows.filter(({ result }) => result === 'late'),
    ];
    const say = (text: string) => (losing.length > 0 ? warning('proof', text) : note(text));
    words.push(say(`proof: ${scoreText(proof)}`), ...losing.slice(0, shown).map((row) => say(losingRowText(row))));
    if (losing.length > shown) words.push(say(`and ${losing.length - shown} more; capture2check prove shows them all`));
  }
  return words;
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

const note = (text: string): Words => ({ kind: 'note', text });
const warning = (code: WarningCode, text: string): Words => ({ kind: 'warning', text, code });
