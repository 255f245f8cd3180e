import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const at = (name: string) => join(FIXTURES, name, 'capture.pcap');
const [DANTE, MICROSOCKS, AUTH] = [
  at('socks5/dante-socks5h-x3'),
  at('socks5/microsocks-socks5h-x3'),
  at('socks5/dante-socks5h-auth-x3'),
];

describe('compare', () => {
  test('reads as a diff, and says what it means for the check: exit 1 where something changed', () => {
    const { code, stdout, stderr } = capture2check(['compare', DANTE, MICROSOCKS]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "--- capture.pcap, 3 dialogues
      +++ capture.pcap, 3 dialogues

      socks5 to client3.google.test:80 (3 and 3 samples)
        reply 2, SOCKS5 request granted
        - BND.ADDR: 198.51.100.1
        + BND.ADDR: 0.0.0.0
        changes by itself:
          reply 2, SOCKS5 request granted: BND.PORT: 36084, 36086, 36094 -> 0
          reply 3, HTTP 204 No Content: date: Sun, 22 Nov 2026 10:18:04 GMT -> Sun, 22 Nov 2026 10:17:54 GMT

      the check of the old server holds for the new one
      the check of the new server holds for the old one
      one check holds for both: derive it from both at once
      "
    `);
  });

  test('--json has the same', () => {
    const { stdout } = capture2check(['compare', '--json', DANTE, MICROSOCKS]);
    expect(JSON.parse(stdout)).toMatchObject({
      same: false,
      old_check_holds_for_new: true,
      new_check_holds_for_old: true,
      one_check_for_both: true,
      dialogues: [{ changes: [{ name: 'BND.ADDR', before: ['198.51.100.1'], after: ['0.0.0.0'] }] }],
    });
  });

  test('the same on both sides: exit 0', () => {
    const { code, stdout } = capture2check(['compare', DANTE, DANTE]);
    expect(code).toBe(0);
    expect(stdout).toContain('\nthe servers behave alike\n');
  });

  test('a request that the new server refused is a check that does not hold', () => {
    const { code, stdout } = capture2check(['compare', at('http/squid-http-x3'), at('http/squid-http-anyauth')]);
    expect(code).toBe(1);
    expect(stdout).toContain('the check of the old server does NOT hold for the new one\n');
  });

  test('of a check that sends what the new server was never asked nothing is shown', () => {
    const { code, stdout } = capture2check(['compare', DANTE, AUTH]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      'whether the check of the old server holds for the new one is not shown: what it sends was not sent there\n',
    );
    expect(stdout).toContain('whether one check holds for both is not shown\n');
    expect(stdout).not.toContain('secret');
    expect(JSON.parse(capture2check(['compare', '--json', DANTE, AUTH]).stdout)).toMatchObject({
      old_check_holds_for_new: null,
      new_check_holds_for_old: null,
      one_check_for_both: null,
    });
  });

  test.each(['socks5/dante-socks5h-auth-x3', 'http/squid-http-auth-x3', 'connect/squid-odd-credentials-x3'])(
    '%s and its fixture without secrets: placeholders are like any credentials',
    (name) => {
      const fixture = join(FIXTURES, name, 'fixture.json');
      for (const sides of [
        [at(name), fixture],
        [fixture, at(name)],
        [fixture, fixture],
      ]) {
        const { code, stdout } = capture2check(['compare', '--json', ...sides]);
        expect(code).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({
          old_check_holds_for_new: true,
          new_check_holds_for_old: true,
          one_check_for_both: true,
        });
      }
    },
  );

  test('a capture that cannot be read: exit 3', () => {
    expect(capture2check(['compare', DANTE, '/nonexistent.pcap']).code).toBe(3);
  });
});
