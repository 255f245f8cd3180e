import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import type { Check } from '../../src/check/check.ts';
import { haproxyRules } from '../../src/emit/haproxy/rules.ts';
import { ruleStyle } from '../../src/emit/haproxy/style.ts';
import { CHECKERS, EXPECT_FORMS, type Form, SEND_FORMS } from '../../src/proof/form.ts';
import type { TcpRule } from '../../src/proof/rule.ts';
import { composeScript, FormError, type Script } from '../../src/proof/script.ts';
import { backend, only } from '../support/config.ts';
import { CASES } from '../support/fixtures.ts';
import { checkOf, TALKS } from '../support/proof.ts';

const DIALECTS = [undefined, '1.8', '2.0', '2.2', '2.6', '3.4'] as const;
const FORMS: readonly Form[] = EXPECT_FORMS.flatMap((expects) =>
  SEND_FORMS.flatMap((send) =>
    [undefined, ...CHECKERS].flatMap((checker) =>
      DIALECTS.map((dialect): Form => ({ expect: expects, send, checker, dialect })),
    ),
  ),
);

const derived = (
  await Promise.all(
    CASES.map(async ({ name, capture }) => {
      const { checks } = await analyze({ paths: [capture], proof: false });
      return checks.map((check, at) => ({ name: checks.length > 1 ? `${name}, check ${at}` : name, check }));
    }),
  )
).flat();
const written = Object.entries(TALKS).map(([name, talk]) => ({ name, check: checkOf(talk, true) }));

/** What of a rule is written. */
function plain(rule: TcpRule): unknown {
  switch (rule.kind) {
    case 'connect':
      return { kind: rule.kind, linger: rule.linger ?? false };
    case 'send':
      return { kind: rule.kind, bytes: Buffer.from(rule.bytes).toString('hex') };
    case 'expect': {
      const { kind, match, pattern, minReceived, inverse } = rule;
      return { kind, match, pattern, minReceived, inverse };
    }
  }
}

function scriptIn(check: Check, form: Form): Script | undefined {
  try {
    return composeScript(check, form);
  } catch (error) {
    if (error instanceof FormError) return undefined;
    throw error;
  }
}

describe('what is emitted is read back as the same rules, in every form', () => {
  test.each([...derived, ...written])('$name', ({ check }) => {
    let count = 0;
    for (const form of FORMS) {
      const script = scriptIn(check, form);
      if (script === undefined) continue;
      const lines = haproxyRules(
        script,
        ruleStyle({ comments: true, environment: undefined, section: undefined }, form),
      );
      const { checker, unknown } = only(backend(...lines));
      expect(unknown).toEqual([]);
      if (script.kind === 'tcp-check') {
        const rules = checker.kind === 'tcp-check' ? checker.rules.map(({ rule }) => plain(rule)) : [];
        expect(rules, JSON.stringify(form)).toEqual(script.rules.map(plain));
      } else {
        const http = checker.kind === 'http-check' ? checker.http : undefined;
        expect(http, JSON.stringify(form)).toEqual({ send: script.http.send, expect: script.http.expect });
      }
      count++;
    }
    expect(count).toBeGreaterThan(30);
  });
});
