import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import type { Check } from '../../src/check/check.ts';
import { DEFAULT_FORM } from '../../src/proof/form.ts';
import { type Proof, type ProofRow, proveCheck } from '../../src/proof/prove.ts';
import { confirms } from '../../src/proof/run.ts';
import { composeScript, type Script, sentLengths } from '../../src/proof/script.ts';
import type { HaproxyVerdict } from '../../src/replay/haproxy.ts';
import { failedStep, tryJudged } from '../../src/replay/prove.ts';
import { checksOf, tcpScriptOf } from '../support/derive.ts';
import { CASES } from '../support/fixtures.ts';
import { checkOf, losing, rulesText, SESSIONS, TALKS } from '../support/proof.ts';
import { describeWith } from '../support/tools.ts';

/** Milliseconds a check may take. What fails at once does so in a fraction of it. */
const TIMEOUT = 1000;
const AT_ONCE = TIMEOUT * 0.6;
interface Subject {
  readonly name: string;
  readonly check: Check;
  readonly script: Script;
}

/** A check as it is printed, and where that is an http-check, as tcp-check too. */
function subjectsOf(name: string, check: Check): Subject[] {
  const script = composeScript(check, DEFAULT_FORM);
  const usual = { name, check, script };
  return script.kind === 'tcp-check'
    ? [usual]
    : [usual, { name: `${name}, as tcp-check`, check, script: tcpScriptOf(check) }];
}

const derived: readonly Subject[] = (
  await Promise.all(
    CASES.map(async ({ name, capture }) => {
      const { checks } = await analyze({ paths: [capture], proof: false });
      return checks.flatMap((check, at) => subjectsOf(checks.length > 1 ? `${name}, check ${at}` : name, check));
    }),
  )
).flat();
const written: readonly Subject[] = [
  ...Object.entries(TALKS).flatMap(([name, talk]) => subjectsOf(name, checkOf(talk, true))),
  ...Object.entries(SESSIONS).flatMap(([name, talks]) => checksOf(talks).flatMap((check) => subjectsOf(name, check))),
];

const proofOf = ({ script, check }: Subject, timeout: number): Proof => proveCheck(script, check.replies, timeout);
const writtenOne = (name: string): Subject => written.find((each) => each.name === name) as Subject;

describe('in the model every check from a fixture is right about its server', () => {
  test('there are checks', () => expect(derived.length).toBeGreaterThan(20));

  test.each(derived.map((subject) => ({ name: subject.name, subject })))('$name', ({ subject }) => {
    const { check } = subject;
    // Of an unknown protocol nobody can say where a reply ends: the proof tells of it and does not ask for it.
    if (check.layers.includes('unknown')) return;
    const proof = proofOf(subject, check.timeout * 1000);
    expect({ up: losing(proof, 'down'), down: losing(proof, 'up'), perfect: proof.perfect }).toEqual({
      up: [],
      down: [],
      perfect: true,
    });
  });
});

describe('in the model', () => {
  test.each<[name: string]>([
    ['SOCKS5 with a password'],
    ['HTTP proxy'],
    ['HTTP CONNECT'],
    ['unknown protocol'],
    ['SOCKS5 to a server that greets'],
    ['HTTP CONNECT to a server that greets'],
    ['HTTP proxy with interim responses'],
    ['HTTP proxy that has the client continue'],
    ['HTTP CONNECT behind an interim response'],
    ['HTTP CONNECT with a stray line feed'],
    ['unknown protocol, three sessions'],
    ['unknown protocol with a long reply, two sessions'],
    ['unknown protocol of lines, two sessions'],
  ])('%s is proved', (name) => {
    const proof = proofOf(writtenOne(name), 3000);
    expect({ up: losing(proof, 'down'), down: losing(proof, 'up') }).toEqual({ up: [], down: [] });
  });

  test('SOCKS5 to a server whose greeting has no end that could be told loses only where that comes in pieces', () => {
    const name = 'SOCKS5 to a server whose greeting has no end';
    const proof = proofOf(writtenOne(name), 3000);
    expect(losing(proof, 'down')).toEqual([]);
    expect(losing(proof, 'up')).not.toEqual([]);
    expect(losing(proof, 'up').filter((row) => !row.endsWith('one byte at a time'))).toEqual([]);
  });
});

/** Checks that differ in nothing but what they send are judged alike; each kind is tried once. */
function distinct(subjects: readonly Subject[]): Subject[] {
  const kindOf = ({ check, script }: Subject) => {
    const expects = expectsUpTo(rulesText(script), undefined);
    const observed = check.replies.map((messages) => messages.map(({ observation }) => observation));
    return JSON.stringify([expects, observed]);
  };
  return [...new Map(subjects.map((subject) => [kindOf(subject), subject])).values()];
}

/** What a check expects, up to a step: what it sends is told as well by any payload. */
const expectsUpTo = (script: readonly string[], step: number | undefined): string[] =>
  script
    .slice(0, step === undefined ? undefined : step + 1)
    .map((rule) => rule.replace(/(?<=^(?:tcp|http)-check send)\S* .*/, ''));

/** Rows with one key are judged alike, whichever check they belong to: the rules behind the step that fails are never reached. */
function keyOf({ script, row }: { readonly script: readonly string[]; readonly row: ProofRow }): string {
  const reactions = row.behavior.reactions.map(({ pieces, ending }) => [
    pieces.map(({ delay, bytes }) => [delay, Buffer.from(bytes).toString('latin1')]),
    ending,
  ]);
  return JSON.stringify([expectsUpTo(script, row.verdict.step), reactions]);
}

describeWith(['haproxy'], 'a real HAProxy says of every row what the model says', () => {
  const subjects = distinct([...derived, ...written]);
  const rows = subjects.flatMap((subject) => {
    const script = rulesText(subject.script);
    const requestLengths = sentLengths(subject.script);
    return proofOf(subject, TIMEOUT).rows.map((row) => ({
      name: subject.name,
      row,
      script,
      requestLengths,
      behavior: row.behavior,
      verdict: row.verdict,
    }));
  });
  const verdicts = new Map<ProofRow, HaproxyVerdict>();

  beforeAll(async () => {
    const tried = new Map(rows.map((each) => [keyOf(each), each]));
    const said = await tryJudged([...tried.values()], { binary: 'haproxy', timeout: TIMEOUT });
    const verdictOf = new Map([...tried.keys()].map((key, at) => [key, said[at] as HaproxyVerdict]));
    for (const each of rows) verdicts.set(each.row, verdictOf.get(keyOf(each)) as HaproxyVerdict);
  }, 240_000);

  afterAll(() => verdicts.clear());

  test('on a thousand rows at least', () => expect(rows.length).toBeGreaterThan(1000));

  test.each(subjects)('$name', ({ name }) => {
    const own = rows.filter((each) => each.name === name).map(({ row }) => row);
    const real = own.map((row) => ({ row, verdict: verdicts.get(row) as HaproxyVerdict }));
    const told = (row: ProofRow, status: string, step: number | undefined) =>
      `${row.name}: ${status}${step === undefined ? '' : ` at step ${step}`}`;
    expect(own.map((row) => told(row, row.verdict.status, row.verdict.step))).toEqual(
      real.map(({ row, verdict }) => {
        const said = { status: verdict.status, step: failedStep(verdict) };
        const { status, step } = confirms(said, row.verdict) ? row.verdict : said;
        return told(row, status, step);
      }),
    );
    const atOnce = real.filter(({ row }) => row.expected === 'down' && row.verdict.elapsed === 0);
    expect(atOnce.length).toBeGreaterThan(0);
    expect(
      atOnce
        .filter(({ verdict }) => verdict.duration >= AT_ONCE)
        .map(({ row, verdict }) => `${row.name}: ${verdict.duration} ms`),
    ).toEqual([]);
  });
});
