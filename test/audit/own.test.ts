import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { emitHaproxy } from '../../src/emit/haproxy/script.ts';
import { DEFAULT_SCRIPT_STYLE } from '../../src/emit/haproxy/style.ts';
import { DEFAULT_FORM, type Form } from '../../src/proof/form.ts';
import { auditsOf, faultsOf } from '../support/audit.ts';
import { CASES } from '../support/fixtures.ts';

const SECTION = { kind: 'listen', complete: false } as const;

const derived = (
  await Promise.all(
    CASES.map(async ({ name, capture }) => ({ name, analysis: await analyze({ paths: [capture], proof: false }) })),
  )
).filter(({ analysis }) => analysis.checks.length > 0);

describe('the audit finds no fault in our own scripts', () => {
  test('there are scripts', () => expect(derived.length).toBeGreaterThan(40));

  test.each(derived)('$name', ({ analysis }) => {
    const config = emitHaproxy(analysis, { ...DEFAULT_SCRIPT_STYLE, section: SECTION });
    const audited = auditsOf(config, analysis.checks);
    expect(audited.map((each) => [each.verdict, ...faultsOf(each), ...each.reasons, ...each.remarks])).toEqual(
      analysis.checks.map(() => ['right']),
    );
  });

  test.each(derived)('$name, as tcp-check', async ({ name }) => {
    const { capture } = CASES.find((each) => each.name === name) as (typeof CASES)[number];
    const form: Form = { ...DEFAULT_FORM, checker: 'tcp-check' };
    const analysis = await analyze({ paths: [capture], proof: false, form });
    const config = emitHaproxy(analysis, { ...DEFAULT_SCRIPT_STYLE, section: SECTION });
    expect(auditsOf(config, analysis.checks).map((each) => [each.verdict, ...faultsOf(each)])).toEqual(
      analysis.checks.map(() => ['right']),
    );
  });
});
