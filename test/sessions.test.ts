import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze } from '../src/analyze.ts';
import type { Check } from '../src/check/check.ts';
import { emitHaproxy } from '../src/emit/haproxy/script.ts';
import { checksOf, filesNamed, scripted } from './support/derive.ts';
import { CASES } from './support/fixtures.ts';
import { hex, Talk } from './support/wire.ts';

/** The rules without the comments above them; a ClientHello and a PROXY header, which are new in each session, are named instead of shown. */
const rulesIn = (script: string): string[] =>
  script
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('    #'))
    .map((line) => line.replace(/send-binary 1603.* comment "TLS ClientHello/, 'send the ClientHello "'))
    .map((line) => line.replace(/send\S* \S.* comment "PROXY v([12]).*/, 'send a PROXY header, version $1'));
const headerIn = (script: string): string[] => script.split('\n').filter((line) => line.startsWith('    #'));

const WITH_SCRIPT = CASES.filter(({ folder }) => existsSync(join(folder, 'expected', 'haproxy.cfg')));

describe('each session of a recording gives the rules that all of them give together', () => {
  test.each(WITH_SCRIPT)('$name', async ({ capture }) => {
    const together = await analyze({ paths: [capture], proof: false });
    for (const check of together.checks) {
      if (check.layers.includes('unknown')) continue; // of one sample only a short head is taken
      const all = emitHaproxy({ ...together, checks: [check] });
      for (const { stream } of check.samples) {
        const alone = await analyze({ paths: [capture], stream, proof: false });
        expect(rulesIn(emitHaproxy(alone)), `tcp.stream ${stream}`).toEqual(rulesIn(all));
      }
      expect(headerIn(all)[1]).toContain(check.sampleCount === 1 ? ', 1 sample: ' : `, ${check.sampleCount} samples: `);
    }
  });
});

/** A session of SOCKS5 and HTTP; what a server makes up anew each time is what varies. */
const session = (port: number, bound: string, date: string, at: number): Talk =>
  new Talk({ client: `10.0.0.1:${port}` })
    .handshake()
    .client(hex('05 01 00'))
    .server(hex('05 00'))
    .client(hex('05 01 00 03 03 612e62 0050'))
    .server(hex(`05 00 00 ${bound}`), at)
    .client('GET / HTTP/1.1\r\nHost: a.b\r\n\r\n')
    .server(`HTTP/1.1 204 No Content\r\nDate: ${date}\r\n\r\n`)
    .close();

test('three sessions that differ in bound address, port and Date give the script of any one of them, and its header says three', () => {
  const sessions = [
    session(40_000, '01 00000000 06b5', 'Thu, 01 Jan 2026 00:00:00 GMT', 1460),
    session(40_001, '01 0a000001 d6b4', 'Thu, 01 Jan 2026 00:00:07 GMT', 1),
    session(40_002, '04 20010db8000000000000000000000001 0500', 'Fri, 02 Jan 2026 11:12:13 GMT', 3),
  ];
  const script = (...talks: Talk[]): string => {
    const checks = checksOf(talks) as [Check];
    expect(checks).toHaveLength(1);
    return emitHaproxy({ ...scripted(checks), files: filesNamed(['a.pcap', 100]) });
  };
  const together = script(...sessions);
  expect(
    headerIn(together)
      .slice(1, 4)
      .join('')
      .replaceAll(/ +#? +/g, ' '),
  ).toMatch(/, 3 samples: tcp\.stream eq 0 .*, tcp\.stream eq 1 .*, tcp\.stream eq 2 /);
  for (const each of sessions) {
    expect(rulesIn(script(each))).toEqual(rulesIn(together));
    expect(headerIn(script(each))[1]).toContain(', 1 sample: ');
  }
});
