import { beforeAll, expect, test } from 'vitest';
import { bareRegex, bareWord } from '../../src/emit/haproxy/quote.ts';
import { type Behavior, type Reaction, says, trickled } from '../../src/proof/behavior.ts';
import { runHttpCheck } from '../../src/proof/http-model.ts';
import { type HttpCheck, type HttpExpect, httpRequestBytes } from '../../src/proof/http-rule.ts';
import type { HaproxyVerdict } from '../../src/replay/haproxy.ts';
import { tryJudged } from '../../src/replay/prove.ts';
import { describeWith } from '../support/tools.ts';

const TIMEOUT = 1200;
const AT_ONCE = TIMEOUT * 0.6;
const send = {
  method: 'GET',
  uri: 'http://client3.google.com/generate_204',
  version: 'HTTP/1.1',
  headers: [
    ['Host', 'client3.google.com'],
    ['Proxy-Authorization', 'Basic bGFiOnNlY3JldA=='],
  ],
} as const;

const status = (...ranges: readonly (readonly [number, number])[]): HttpExpect => ({
  match: 'status',
  ranges,
  inverse: false,
});
const CHECKS: Readonly<Record<string, readonly HttpExpect[]>> = {
  'no expect': [],
  'status 204': [status([204, 204])],
  'status 200-299,302': [status([200, 299], [302, 302])],
  '! status 500-599': [{ match: 'status', ranges: [[500, 599]], inverse: true }],
  'rstatus ^2': [{ match: 'rstatus', pattern: '^2', inverse: false }],
  'string 204': [{ match: 'string', pattern: '204', inverse: false }],
  'rstring fine$': [{ match: 'rstring', pattern: 'fine$', inverse: false }],
  '! string portal': [{ match: 'string', pattern: 'portal', inverse: true }],
  'status 200, then string fine': [status([200, 200]), { match: 'string', pattern: 'fine', inverse: false }],
};

const after = (reaction: Reaction): Behavior => ({ reactions: [says(new Uint8Array(0)), reaction] });
const text = (...lines: readonly string[]): Uint8Array => Buffer.from(lines.join('\r\n'), 'latin1');
const page = (line: string, body: string) => text(line, `Content-Length: ${body.length}`, '', body);
const fields = (count: number): string[] => Array.from({ length: count }, (_, at) => `X-${at}: y`);
const NO_CONTENT = text('HTTP/1.1 204 No Content', 'Date: x', '', '');

const BEHAVIORS: Readonly<Record<string, Behavior>> = {
  '204': after(says(NO_CONTENT)),
  '204, trickled': after(trickled(says(NO_CONTENT), 3)),
  '204 as HTTP/1.0, then closed': after(says(text('HTTP/1.0 204 No Content', '', ''), 'FIN')),
  '204 without a reason': after(says(text('HTTP/1.1 204', '', ''))),
  '204 with bare line feeds': after(says(Buffer.from('HTTP/1.1 204 No Content\nDate: x\n\n'))),
  '200 fine': after(says(page('HTTP/1.1 200 OK', 'all is fine'))),
  '200 fine, trickled': after(trickled(says(page('HTTP/1.1 200 OK', 'all is fine')), 3)),
  '200 until close': after(says(text('HTTP/1.1 200 OK', '', 'all is fine'), 'FIN')),
  '200 until close, and open': after(says(text('HTTP/1.1 200 OK', '', 'all is fine'))),
  '200 with a portal that says 204': after(says(page('HTTP/1.1 200 OK', 'portal: HTTP/1.1 204 No Content'))),
  '302 to a portal': after(says(page('HTTP/1.1 302 Found', 'see the portal'))),
  '407': after(says(page('HTTP/1.1 407 Proxy Authentication Required', 'no'))),
  '407, then closed': after(says(page('HTTP/1.1 407 Proxy Authentication Required', 'no'), 'FIN')),
  '503 that says 204': after(says(page('HTTP/1.1 503 Service Unavailable', '/generate_204'))),
  '204 behind an empty line': after(says(text('', 'HTTP/1.1 204 No Content', '', ''))),
  '204 behind an empty line, trickled': after(trickled(says(text('', 'HTTP/1.1 204 No Content', '', '')), 5)),
  '204 behind an interim response': after(says(text('HTTP/1.1 100 Continue', '', 'HTTP/1.1 204 No Content', '', ''))),
  '204 with a hundred fields': after(says(text('HTTP/1.1 204 No Content', ...fields(100), '', ''))),
  '204 with a field more': after(says(text('HTTP/1.1 204 No Content', ...fields(101), '', ''))),
  'an empty line alone': after(says(text('', ''))),
  'an empty line alone, then closed': after(says(text('', ''), 'FIN')),
  'half an empty line': after(says(Buffer.from('\r'))),
  'half a head, then silence': after(says(text('HTTP/1.1 204 No Content', 'Da'))),
  'half a head, then closed': after(says(text('HTTP/1.1 204 No Content', 'Da'), 'FIN')),
  'half a body, then silence': after(says(text('HTTP/1.1 200 OK', 'Content-Length: 50', '', 'all is'))),
  silence: after(says(new Uint8Array(0))),
  'closed without a word': after(says(new Uint8Array(0), 'FIN')),
  'reset without a word': after(says(new Uint8Array(0), 'RST')),
  'a SOCKS refusal': after(says(Uint8Array.of(5, 255))),
  'a SOCKS refusal, then closed': after(says(Uint8Array.of(5, 255), 'FIN')),
  'an HTTP/0.9 page': after(says(Buffer.from('<html>204</html>'), 'FIN')),
};

function scriptOf({ send, expect }: HttpCheck): string[] {
  const headers = send.headers.map(([name, value]) => `hdr ${name} ${bareWord(Buffer.from(value))}`).join(' ');
  const lines = [`http-check send meth ${send.method} uri ${send.uri} ver ${send.version} ${headers}`];
  for (const rule of expect) {
    const value =
      rule.match === 'status'
        ? rule.ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',')
        : rule.match === 'string'
          ? bareWord(Buffer.from(rule.pattern))
          : bareRegex(rule.pattern);
    lines.push(`http-check expect ${rule.inverse ? '! ' : ''}${rule.match} ${value}`);
  }
  return ['option httpchk', ...lines];
}

describeWith(['haproxy'], 'the model of http-check and a real HAProxy', () => {
  const pairs = Object.entries(CHECKS).flatMap(([check, expects]) =>
    Object.entries(BEHAVIORS).map(([server, behavior]) => ({
      name: `${check} / ${server}`,
      check: { send, expect: expects },
      behavior,
    })),
  );
  let verdicts: HaproxyVerdict[] = [];

  beforeAll(async () => {
    const requestLengths = [httpRequestBytes(send).length];
    const trials = pairs.map(({ check, behavior }) => ({
      script: scriptOf(check),
      behavior,
      requestLengths,
      verdict: runHttpCheck(check, behavior, TIMEOUT),
    }));
    verdicts = await tryJudged(trials, { binary: 'haproxy', timeout: TIMEOUT });
  }, 60_000);

  test.each(pairs.map(({ name }, at) => ({ name, at })))('$name', ({ at }) => {
    const { check, behavior } = pairs[at] as (typeof pairs)[number];
    const real = verdicts[at] as HaproxyVerdict;
    const model = runHttpCheck(check, behavior, TIMEOUT);
    expect({ status: model.status, atOnce: model.elapsed < AT_ONCE }, real.description).toEqual({
      status: real.status,
      atOnce: real.duration < AT_ONCE,
    });
  });
});
