import { analyze } from '../../src/analyze.ts';
import { toHex } from '../../src/bytes/hex.ts';
import { DEFAULT_LIMITS, LIMITS, type LimitName, type Limits } from '../../src/bytes/limits.ts';
import { printable } from '../../src/bytes/printable.ts';
import { CaptureError, type Warning } from '../../src/capture/warning.ts';
import type { Check } from '../../src/check/check.ts';
import { hexRegex, minLength, textRegex } from '../../src/check/pattern.ts';
import type { Step } from '../../src/check/step.ts';
import { ALLOWANCES, type Dialogue } from '../../src/dialogue/dialogue.ts';
import { SheetCollector } from '../../src/dialogue/sheets.ts';
import type { Analysis } from '../../src/emit/analysis.ts';
import { emitCheckJson } from '../../src/emit/check-json.ts';
import { lexLine } from '../../src/emit/haproxy/lex.ts';
import { HaproxyLimitError } from '../../src/emit/haproxy/rules.ts';
import { emitHaproxy } from '../../src/emit/haproxy/script.ts';
import { emitList, emitListJson } from '../../src/emit/list.ts';
import { PLAIN } from '../../src/emit/paint.ts';
import { emitProof, emitProofJson, type ProvedCheck } from '../../src/emit/proof.ts';
import { emitQuirksJson } from '../../src/emit/quirks/json.ts';
import { emitQuirksMarkdown } from '../../src/emit/quirks/markdown.ts';
import { emitQuirks } from '../../src/emit/quirks/text.ts';
import { emitShow, emitShowJson } from '../../src/emit/show.ts';
import { nothingToDerive, wordsOn } from '../../src/emit/words.ts';
import type { Proof } from '../../src/proof/prove.ts';
import { tcpScriptOf } from '../support/derive.ts';
import type { Random } from './random.ts';
import { SECRETS } from './seeds.ts';

/** Milliseconds of the processor that any reading of a capture of some kilobytes may take. */
const TIME_LIMIT = 2000;

/** What a capture file is expected to be: `faithful` says that its secrets stand where the protocols put them. */
interface Judged {
  readonly path: string;
  readonly faithful: boolean;
  readonly random: Random;
}

/** Something that must not be. */
class Finding extends Error {
  override readonly name = 'Finding';
}

function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Finding(what);
}

/** Reads a capture in every way, and looks at all that is written of it. Throws what must not be. */
export async function judge({ path, faithful, random }: Judged): Promise<void> {
  const allowed = new Set(random.oneIn(2) ? [] : random.some(ALLOWANCES));
  // Filler in the place of a gap may hide from a decoder what is secret.
  const hidden = faithful;
  const stream = random.oneIn(2) ? undefined : random.below(3);
  const proof = random.oneIn(6);
  const limits = random.oneIn(4) ? tightened(random) : DEFAULT_LIMITS;
  const derived = await read({ paths: [path], allowed, limits, stream, proof });
  if (derived === undefined) return;
  const { analysis, warnings } = derived;
  judgeScript(analysis);
  const json = emittedOrLimit(() => emitCheckJson(analysis));
  if (json !== undefined) judgeJson('check.json', json);
  const words = [
    ...warnings.map(({ message }) => message),
    ...wordsOn(analysis, {
      stream,
      artifact: emittedOrLimit(() => emitHaproxy(analysis)) === undefined ? 'verdicts' : 'script',
    }).map(({ text }) => text),
    nothingToDerive(analysis, { stream }),
  ];
  judgeText('words', `${words.map(printable).join('\n')}\n`, hidden);
  if (proof) {
    const proved = analysis.checks.map(
      (check): ProvedCheck => ({ check, proof: analysis.proofs.get(check) as Proof, real: undefined }),
    );
    judgeText('proof.txt', emitProof(proved, PLAIN));
    judgeJson('proof.json', emitProofJson(proved));
  }

  const collector = new SheetCollector(limits.servers, allowed);
  const onDialogue = (each: Dialogue) =>
    collector.add(each, { cause: each.conversation.stream % 2 === 0 ? 'refused' : 'silent' });
  const listed = (await read({ paths: [path], allowed, limits, rows: true, onDialogue }))?.analysis;
  demand(listed !== undefined, 'what can be derived from can be listed');
  judgeText('list.txt', [...emitList(listed, PLAIN)].join(''), hidden);
  judgeJson('list.json', [...emitListJson(listed)].join(''), hidden);
  const { sheets } = collector.finish();
  judgeText('quirks.txt', emitQuirks(sheets, listed.files, PLAIN), hidden);
  judgeText('quirks.md', emitQuirksMarkdown(sheets, listed.files), hidden);
  judgeJson('quirks.json', emitQuirksJson(sheets, listed.files), hidden);

  const shown = await read({ paths: [path], allowed, limits, rows: true, stream: stream ?? 0 });
  const dialogue = shown?.analysis.dialogue;
  if (shown === undefined || dialogue === undefined) return;
  for (const redact of [false, true]) {
    const masked = redact && hidden && isRead(dialogue);
    judgeText('show.txt', emitShow(dialogue, shown.analysis.files, redact, PLAIN), masked);
    judgeJson('show.json', emitShowJson(dialogue, shown.analysis.files, redact), masked);
  }
}

/** Bounds that a small capture may hit. */
function tightened(random: Random): Limits {
  const names = random.some(Object.keys(LIMITS) as LimitName[]);
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(names.map((name) => [name, random.pick([1, 2, 20, 100, 1000])])) };
}

/** Is all of it read? What no protocol accounts for, and what was said before the capture began, may hold a secret unseen. */
const isRead = ({ conversation: { client, server }, layers }: Dialogue): boolean =>
  client.bytes.fromStart && server.bytes.fromStart && layers.every(({ protocol }) => protocol !== 'unknown');

/** The analysis within the time that it may take; undefined where the capture cannot be read, and why is said. */
async function read(options: Parameters<typeof analyze>[0]) {
  const warnings: Warning[] = [];
  const started = process.cpuUsage();
  try {
    const analysis = await analyze({ ...options, warn: (warning) => warnings.push(warning) });
    const { user, system } = process.cpuUsage(started);
    const taken = (user + system) / 1000;
    demand(taken <= TIME_LIMIT, `reading takes ${taken.toFixed(0)} ms`);
    return { analysis, warnings };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    judgeText('error', `${printable(error.message)}\n`);
    return undefined;
  }
}

/** What an emitter gives, unless a limit of HAProxy is in its way. */
function emittedOrLimit(emit: () => string): string | undefined {
  try {
    return emit();
  } catch (error) {
    if (error instanceof HaproxyLimitError) return undefined;
    throw error;
  }
}

/** Text may be shown on a terminal: it has no control character but line ends. */
function judgeText(name: string, text: string, hidden = false): void {
  const control = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/.exec(text);
  const near = control === null ? '' : JSON.stringify(text.slice(Math.max(0, control.index - 30), control.index + 10));
  demand(control === null, `${name} has a control character: ${near}`);
  demand(text === '' || text.endsWith('\n'), `${name} does not end with a line end`);
  if (!hidden) return;
  for (const secret of SECRETS) {
    for (const form of [secret, toHex(Buffer.from(secret))]) {
      demand(!text.includes(form), `${name} tells the secret ${secret}`);
    }
  }
}

function judgeJson(name: string, text: string, hidden = false): void {
  judgeText(name, text, hidden);
  const value: unknown = JSON.parse(text);
  demand(typeof value === 'object' && value !== null, `${name} is no array and no object`);
}

/** HAProxy reads in each line of a script what the step says. */
function judgeScript(analysis: Analysis): void {
  const usual = emittedOrLimit(() => emitHaproxy(analysis));
  if (usual !== undefined) judgeText('haproxy.cfg', usual);
  const scripts = new Map(analysis.checks.map((check) => [check, tcpScriptOf(check)]));
  const script = emittedOrLimit(() => emitHaproxy({ ...analysis, scripts }));
  if (script === undefined) return;
  judgeText('haproxy.cfg', script);
  const rules = script.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('    #'));
  const expected = analysis.checks.flatMap(({ steps }: Check) => [undefined, ...steps]);
  demand(rules.length === expected.length, `${rules.length} rules for ${expected.length} steps`);
  rules.forEach((line, at) => {
    demand(/^[\x20-\x7e]*$/.test(line), `not ASCII: ${line}`);
    const { words, variables } = lexLine(line);
    demand(variables.length === 0, `a variable in: ${line}`);
    const step = expected[at];
    const [said, meant] = [
      words.join('\n'),
      (step === undefined ? ['option', 'tcp-check'] : wordsFor(step, words)).join('\n'),
    ];
    demand(said === meant, `HAProxy reads ${JSON.stringify(said)}, meant is ${JSON.stringify(meant)}`);
  });
}

/** The words that say a step; the comment, which HAProxy only repeats, as it is. */
function wordsFor(step: Step, words: readonly string[]): string[] {
  const comment = ['comment', words.at(-1) ?? ''];
  switch (step.kind) {
    case 'connect':
      return ['tcp-check', 'connect', 'linger', ...comment];
    case 'send': {
      const binary = words[1] === 'send-binary';
      const bytes = binary ? toHex(step.bytes) : Buffer.from(step.bytes).toString('latin1');
      return ['tcp-check', binary ? 'send-binary' : 'send', bytes, ...comment];
    }
    case 'expect': {
      const { pattern, text, minReceived, unwanted } = step;
      const wait = minReceived === undefined ? [] : ['min-recv', String(minLength(pattern))];
      const not = unwanted ? ['!'] : [];
      const regex = text ? textRegex(pattern) : undefined;
      const match = regex === undefined ? ['rbinary', `^${hexRegex(pattern)}`] : ['rstring', `^${regex}`];
      return ['tcp-check', 'expect', ...wait, ...not, ...match, ...comment];
    }
  }
}
