import { beforeAll, expect, test } from 'vitest';
import { compareRequests } from '../../src/proof/audit/asked.ts';
import type { ProofRow } from '../../src/proof/prove.ts';
import type { HaproxyVerdict } from '../../src/replay/haproxy.ts';
import { failedStep, tryJudged } from '../../src/replay/prove.ts';
import { COPIED_IDIOMS } from '../audit/idioms.ts';
import { auditOf, sectionOf } from '../support/audit.ts';
import { describeWith } from '../support/tools.ts';

/** Milliseconds a check may take. What fails only at the timeout is waited for. */
const TIMEOUT = 1000;

/** The servers that each idiom is said to be wrong about, one for each fault. */
const trials = COPIED_IDIOMS.flatMap(({ name, check, lines }) => {
  const config = sectionOf(check, lines).replace('timeout check 3s', `timeout check ${TIMEOUT}ms`);
  const audited = auditOf(config, [check]);
  const asked = compareRequests(audited.configured, check);
  const requestLengths = asked.kind === 'the same' ? asked.requestLengths : [];
  return audited.faults.map(({ kind, line, example }) => {
    const { behavior, verdict } = example as ProofRow;
    return { name: `${name}: ${kind}, line ${line}`, kind, script: lines, behavior, verdict, requestLengths };
  });
});

describeWith(['haproxy'], 'a real HAProxy, with the lines as they were copied, is wrong as the audit says', () => {
  let verdicts: HaproxyVerdict[] = [];
  beforeAll(async () => {
    verdicts = await tryJudged(trials, { binary: 'haproxy', timeout: TIMEOUT });
  }, 120_000);

  test('there is something to be wrong about', () => expect(trials.length).toBeGreaterThan(30));

  test.each(trials.map(({ name }, at) => ({ name, at })))('$name', ({ at }) => {
    const { kind, verdict } = trials[at] as (typeof trials)[number];
    const real = verdicts[at] as HaproxyVerdict;
    expect(real.up).toBe(kind === 'up');
    // A check without layer 7 says so: its success is called L4OK.
    const status = real.status === 'L4OK' ? 'L7OK' : real.status;
    expect(status).toBe(verdict.status);
    expect(real.duration >= TIMEOUT).toBe(verdict.status === 'L7TOUT');
    expect(failedStep(real) === undefined).toBe(kind === 'up' || verdict.step === undefined);
  });
});
