import fc from 'fast-check';
import { httpCheckOf } from '../../src/proof/http-request.ts';
import type { HttpCheck } from '../../src/proof/http-rule.ts';
import { checksOf } from './derive.ts';
import { Talk } from './wire.ts';

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/);
const value = fc.oneof(
  fc.stringMatching(/^[!-~]{1,20}$/),
  fc.stringMatching(/^[!-~][ -~]{0,30}[!-~]$/),
  fc.constantFrom('100%', '%[env(PATH)]', '"a" \\b', "it's", '$HOME ${PATH}', 'a, b; c=#d', '', 'é'),
);
const known = fc.constantFrom('Accept', 'User-Agent', 'Connection', 'Content-Length', 'Cookie', 'Proxy-Connection');
const header = fc.tuple(fc.oneof({ weight: 4, arbitrary: name }, { weight: 1, arbitrary: known }), value);
const authority = fc.constantFrom(
  'origin.example',
  'origin.example:8080',
  '10.0.0.9',
  '[2001:db8::1]:80',
  'ORIGIN.example',
);
const path = fc.constantFrom(
  '/',
  '/generate_204',
  '/a?b=c%20d&e=%',
  '/~x/$y/(z);w',
  '/q?\'"\\',
  '/x?to=http://y/z',
  '',
);

/** The text of a request, as a client might write it. */
export const requests = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'DELETE', 'POST', 'TRACE'),
    absolute: fc.boolean(),
    authority,
    path,
    version: fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0'),
    host: fc.constantFrom('same', 'same', 'same', 'other', 'none'),
    headers: fc.array(header, { maxLength: 22 }),
  })
  .map(({ method, absolute, authority: server, path: asked, version, host, headers }) => {
    const target = absolute ? `http://${server}${asked}` : asked || '*';
    const hosts = host === 'none' ? [] : [`Host: ${host === 'same' ? server : 'other.example'}`];
    const lines = [`${method} ${target} ${version}`, ...hosts, ...headers.map(([key, text]) => `${key}: ${text}`)];
    return `${lines.join('\r\n')}\r\n\r\n`;
  });

/** What becomes of a request that a capture holds; undefined where it makes no check at all. */
export function httpCheckFor(request: string): HttpCheck | string | undefined {
  const talk = new Talk().handshake().client(request).server('HTTP/1.1 204 No Content\r\n\r\n');
  const [check] = checksOf([talk]);
  return check && httpCheckOf(check);
}
