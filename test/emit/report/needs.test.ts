import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEED, needsOf } from '../../../src/emit/report/needs.ts';
import { scenesOf } from '../../../src/emit/report/report.ts';
import { passes } from '../../../src/proof/model.ts';
import type { ExpectRule } from '../../../src/proof/rule.ts';
import { CASES, FIXTURES } from '../../support/fixtures.ts';
import { reportInput } from '../../support/report.ts';
import { hex } from '../../support/wire.ts';

const needs = (pattern: string, reply: string, minReceived?: number) => {
  const rule: ExpectRule = { kind: 'expect', match: 'rbinary', pattern, minReceived, inverse: false };
  const found = needsOf((received) => passes(rule, received), hex(reply));
  return found && [...found].map((need) => '_=~.'[need]).join('');
};

describe('what an expect needs of a reply', () => {
  test('is each byte of the shortest beginning that is enough: this value, one of several, or any', () => {
    expect(needs('^0500', '0500000100000000', 2)).toBe('==');
    expect(needs('^0500..(01.{12}|04.{36})', '05000001c63364018cf4ffff')).toBe('==.~......');
    expect(needs('^05.*0A', '0501020a0b')).toBe('=..=');
  });

  test('is nothing where the reply is another', () => {
    expect(needs('^0500', '0501000100000000')).toBeUndefined();
  });
});

test('dialogues that make two checks are never laid over each other, however alike they are', async () => {
  const paths = [
    'http/squid-http-auth-x3',
    'http/squid-http-x3',
    'lossy/loss20-http-ipv4-x3',
    'socks5/dante-socks5h-x3',
  ].map((name) => join(FIXTURES, name, 'capture.pcap'));
  const input = await reportInput({ paths });
  const shown = scenesOf(input).map(({ check, drawn, count }) => [check?.number, drawn.expects.length > 0, count]);
  expect(input.analysis.checks).toHaveLength(3);
  expect(shown).toEqual([
    [1, true, 3],
    [2, true, 6],
    [3, true, 3],
  ]);
});

describe.each(CASES)('$name', ({ capture }) => {
  test('every step of every script is found in the dialogue that it was derived from, and needs what it is said to', async () => {
    const input = await reportInput({ paths: [capture] });
    const scenes = scenesOf(input);
    const { checks, scripts } = input.analysis;
    for (const check of checks.filter((each) => !input.withheld.has(each))) {
      const script = scripts.get(check);
      const { drawn, samples } = scenes.find((scene) => scene.check?.check === check) ?? expect.fail('not shown');
      const { bytes } = samples[0].captured.conversation.server.bytes;
      if (script?.kind !== 'tcp-check') {
        expect(drawn.expects).toHaveLength(script?.http.expect.length ?? 0);
        continue;
      }
      const steps = (kind: string) => script.rules.flatMap((rule, at) => (rule.kind === kind ? [at + 1] : []));
      expect(drawn.sends.map(({ step }) => step)).toEqual(steps('send'));
      expect(drawn.expects.map(({ step }) => step)).toEqual(steps('expect'));
      for (const { step, start, needs: found, unwanted } of drawn.expects) {
        const rule = script.rules[step - 1] as ExpectRule;
        if (unwanted) continue;
        const enough = bytes.slice(start, start + found.length);
        expect(passes(rule, enough)).toBe(true);
        expect(passes(rule, enough.subarray(0, -1))).toBe(false);
        // Another value in a byte that needs its own is refused, whatever follows; one in a masked byte is taken.
        const more = new Uint8Array(512);
        fc.assert(
          fc.property(fc.nat(Math.min(enough.length, 64) - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
            const changed = enough.slice();
            changed[at] = (changed[at] as number) ^ change;
            const taken = passes(rule, changed) || passes(rule, Buffer.concat([changed, more]));
            if (found[at] !== NEED.some) expect(taken).toBe(found[at] === NEED.any);
          }),
          { numRuns: 20 },
        );
      }
    }
  });
});
