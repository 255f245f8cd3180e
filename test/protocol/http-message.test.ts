import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/bytes/reader.ts';
import {
  decodeRequest,
  decodeResponse,
  type HttpMessage,
  type HttpRequest,
  type HttpResponse,
  takeEmptyLines,
  withoutUserinfo,
} from '../../src/protocol/http/message.ts';
import { decodeErrorOf } from '../support/decode-error.ts';

const request = (text: string) => {
  const bytes = Buffer.from(text, 'latin1');
  return decodeRequest(new ByteReader(bytes), bytes);
};
const response = (text: string, bodiless = false) => {
  const bytes = Buffer.from(text, 'latin1');
  return decodeResponse(new ByteReader(bytes), bytes, () => bodiless);
};
const fieldsOf = ({ fields }: HttpMessage): string[] => fields.map(({ name, role }) => `${name}: ${role}`);
const pairsOf = ({ headers }: HttpRequest | HttpResponse): string[] =>
  headers.map(({ name, value }) => `${name}=${value}`);

describe('a request line (RFC 9112 §3)', () => {
  test.each<[name: string, line: string, model: object]>([
    ['of the origin form', 'GET /a?b=c HTTP/1.1', { method: 'GET', target: '/a?b=c', version: 'HTTP/1.1' }],
    ['of the absolute form', 'GET http://a.b:8080/c HTTP/1.1', { target: 'http://a.b:8080/c' }],
    ['of the authority form', 'CONNECT a.b:443 HTTP/1.1', { method: 'CONNECT', target: 'a.b:443' }],
    ['of the asterisk form', 'OPTIONS * HTTP/1.1', { target: '*' }],
    ['of HTTP/1.0', 'HEAD / HTTP/1.0', { method: 'HEAD', version: 'HTTP/1.0' }],
    ['with a method of its own', "X!#$%&'*+-.^_`|~9 / HTTP/1.1", { method: "X!#$%&'*+-.^_`|~9" }],
    ['whose target is UTF-8', 'GET /caf\xc3\xa0 HTTP/1.1', { target: '/caf\xc3\xa0' }],
  ])('%s', (_name, line, model) => {
    expect(request(`${line}\r\n\r\n`)).toMatchObject({ kind: 'request', headers: [], start: 0, ...model });
    expect(request(`${line}\n\n`), 'LF alone ends a line too').toMatchObject(model);
  });

  test.each([
    ['nothing', '\r\n'],
    ['no version', 'GET /\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n'],
    ['two spaces', 'GET  / HTTP/1.1\r\n'],
    ['a space in the target', 'GET /a b HTTP/1.1\r\n'],
    ['a response', 'HTTP/1.1 200 OK\r\n'],
    ['other text', 'EHLO client\r\n'],
  ])('is not: %s', (_name, text) => expect(decodeErrorOf(() => request(text))).toMatchObject({ short: false }));

  test('that is cut short is short', () => {
    const line = 'GET / HTTP/1.1\r\n';
    for (let length = 0; length < line.length; length++) {
      expect(decodeErrorOf(() => request(line.slice(0, length)))).toMatchObject({ short: true });
    }
  });

  test('that is none is not repeated in the error, where it may hold a secret', () => {
    expect(decodeErrorOf(() => request('password=secret\r\n')).message).not.toContain('secret');
  });
});

describe('a status line (RFC 9112 §4)', () => {
  test.each<[name: string, line: string, model: object]>([
    [
      'with a reason',
      'HTTP/1.1 204 No Content\r\n',
      { version: 'HTTP/1.1', status: 204, phrase: 'No Content', headEnd: 27 },
    ],
    ['with an empty reason', 'HTTP/1.1 204 \r\n', { status: 204, phrase: '', headEnd: 17 }],
    ['without a reason or its space', 'HTTP/1.1 204\r\n', { status: 204, phrase: '', headEnd: 16 }],
    ['ended by LF alone', 'HTTP/1.1 204 No Content\n', { status: 204, phrase: 'No Content', headEnd: 26 }],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\n', { version: 'HTTP/1.0', status: 200 }],
    ['whose reason is UTF-8', 'HTTP/1.1 404 \xc3\xa0\r\n', { status: 404, phrase: '\xc3\xa0' }],
  ])('%s', (_name, line, model) => {
    expect(response(`${line}\r\n`)).toMatchObject({ kind: 'response', side: 'server', headers: [], ...model });
  });

  const whole = 'HTTP/1.1 204 No Content';
  test('cut behind its code will do, cut before is short', () => {
    for (let length = 0; length < whole.length; length++) {
      const text = whole.slice(0, length);
      if (length < 12)
        expect(
          decodeErrorOf(() => response(text)),
          text,
        ).toMatchObject({ short: true });
      else expect(response(text), text).toMatchObject({ status: 204, complete: false, headEnd: undefined });
    }
  });

  test.each([
    ['HTTP/2', 'HTTP/2 200'],
    ['an ICY reply', 'ICY 200 OK'],
    ['HTTP/0.9', '<html>'],
    ['a lower-case name', 'http/1.1 200 OK'],
    ['a status of letters', 'HTTP/1.1 OK 200'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2'],
    ['SOCKS5', '\x05\x00'],
  ])('is not: %s, which its first bytes show', (_name, text) => {
    const error = decodeErrorOf(() => response(text));
    expect(error).toMatchObject({ short: false, field: 'status line', offset: 0 });
    expect(error.message).toContain('expected HTTP/1.x and a status, found "');
  });
});

describe('header lines (RFC 9112 §5)', () => {
  test.each<[name: string, head: string, pairs: string[]]>([
    ['name, colon, value', 'Host: a.b\r\n', ['Host=a.b']],
    ['white space around a value is none of it', 'Host: \t a.b \t\r\n', ['Host=a.b']],
    ['white space within belongs to it', 'A: b  c\r\n', ['A=b  c']],
    ['a value may be empty', 'A:\r\nB: \r\n', ['A=', 'B=']],
    ['a value may hold colons', 'Host: [::1]:80\r\n', ['Host=[::1]:80']],
    ['a value may end in UTF-8', 'A: \xc3\xa0\r\n', ['A=\xc3\xa0']],
    ['names may repeat', 'A: 1\r\nA: 2\r\n', ['A=1', 'A=2']],
    ['a line that starts with white space continues the one before it', 'A: b\r\n c\r\n\td\r\n', ['A=b c d']],
    ['a continuation may hold a colon', 'A: b\r\n c: d\r\n', ['A=b c: d']],
    ['a continuation may be blank', 'A: b\r\n \r\nB: c\r\n', ['A=b', 'B=c']],
    ['a line without a colon is no header', 'junk\r\nA: b\r\n', ['A=b']],
    ['LF alone ends a line', 'A: b\nB: c\n', ['A=b', 'B=c']],
  ])('%s', (_name, head, pairs) => {
    const whole = request(`GET / HTTP/1.1\r\n${head}\r\n`);
    expect(pairsOf(whole)).toEqual(pairs);
    expect(whole).toMatchObject({ complete: true, headEnd: 16 + head.length + 2 });
  });

  test('each line is a field, named after its header', () => {
    expect(fieldsOf(request('GET / HTTP/1.1\r\nHost: a\r\njunk\r\n\r\n'))).toEqual([
      'request line: fixed',
      'Host: fixed',
      'header line: fixed',
      'end of head: fixed',
    ]);
    expect(fieldsOf(response('HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 1\r\n\r\nx'))).toEqual([
      'status line: outcome',
      'Date: volatile',
      'Content-Length: volatile',
      'end of head: fixed',
      'body: volatile',
    ]);
  });
});

describe('secrets are fields of their own', () => {
  const secretText = (message: HttpMessage, text: string): string[] =>
    message.fields
      .filter(({ role }) => role === 'secret')
      .map(({ start, length }) => text.slice(start, start + length));

  test.each<[name: string, line: string]>([
    ['Authorization', 'Authorization: Basic dTpw\r\n'],
    ['Proxy-Authorization', 'Proxy-Authorization: Basic dTpw\r\n'],
    ['Cookie', 'Cookie: id=1\r\n'],
    ['a name in another case', 'pROXY-aUTHORIZATION: Basic dTpw\r\n'],
    ['a name with white space before its colon', 'Authorization : Basic dTpw\r\n'],
    ['a line ended by LF alone', 'Authorization: Basic dTpw\n'],
  ])('%s', (_name, line) => {
    const text = `GET / HTTP/1.1\r\nHost: a\r\n${line}Accept: */*\r\n\r\n`;
    expect(secretText(request(text), text)).toEqual([line]);
  });

  test('Set-Cookie of a response', () => {
    const text = 'HTTP/1.1 200 OK\r\nSet-Cookie: id=1\r\nContent-Length: 0\r\n\r\n';
    expect(secretText(response(text), text)).toEqual(['Set-Cookie: id=1\r\n']);
  });

  test('the lines that continue a secret', () => {
    const lines = ['Authorization: Digest username="u",\r\n', ' response="cafe"\r\n', '\tx: y\r\n'];
    const text = `GET / HTTP/1.1\r\n${lines.join('')}Accept: */*\r\n\r\n`;
    expect(secretText(request(text), text)).toEqual(lines);
  });

  test('a line that is cut behind its name', () => {
    for (const cut of ['Cookie: id', 'Cookie:', 'Cookie: a\r', 'Cookie: a\r\n b']) {
      const text = `GET / HTTP/1.1\r\n${cut}`;
      expect(secretText(request(text), text).join(''), cut).toBe(cut);
    }
    expect(fieldsOf(request('GET / HTTP/1.1\r\nCook'))).toEqual(['request line: fixed', 'cut header line: fixed']);
  });

  test.each<[name: string, target: string, userinfo: string]>([
    ['user and password', 'http://user:pass@a.b/c', 'user:pass@'],
    ['a user alone', 'ftp://user@a.b/c', 'user@'],
    ['a password with an at sign', 'http://user:p@ss@a.b/c', 'user:p@ss@'],
    ['in front of the authority of CONNECT', 'user:pass@a.b:443', 'user:pass@'],
  ])('credentials in the target: %s', (_name, target, userinfo) => {
    const text = `GET ${target} HTTP/1.1\r\n\r\n`;
    const message = request(text);
    expect(secretText(message, text)).toEqual([userinfo]);
    expect(message.fields.map(({ name }) => name)).toEqual(['request line', 'userinfo', 'request line', 'end of head']);
    expect(withoutUserinfo(target)).toBe(target.replace(userinfo, ''));
  });

  test.each(['/a@b', 'http://a.b/c@d', 'http://a.b?c@d', 'http://a.b#c@d', '*', 'a.b:443'])(
    'an at sign elsewhere is no credential: %s',
    (target) => {
      expect(withoutUserinfo(target)).toBe(target);
      expect(request(`GET ${target} HTTP/1.1\r\n\r\n`).fields.every(({ role }) => role === 'fixed')).toBe(true);
    },
  );
});

describe('empty lines before a status line', () => {
  const taken = (text: string) => {
    const reader = new ByteReader(Buffer.from(text, 'latin1'));
    const lines = takeEmptyLines(reader);
    return {
      end: lines?.end,
      fields: lines?.fields.map(({ start, length }) => [start, length]),
      offset: reader.offset,
    };
  };

  test.each<[name: string, text: string, ends: readonly (readonly number[])[]]>([
    ['CR LF', '\r\nHTTP/1.1', [[0, 2]]],
    ['LF alone', '\nHTTP/1.1', [[0, 1]]],
    ['several of both', '\n\r\n\nHTTP/1.1', [[0, 1], [1, 2], [3, 1]]], // biome-ignore format: a row
    ['and nothing behind them', '\r\n', [[0, 2]]],
  ])('%s', (_name, text, fields) => {
    const [start, length] = fields.at(-1) as readonly [number, number];
    expect(taken(text)).toEqual({ end: start + length, fields, offset: start + length });
  });

  test.each([['a status line'], ['HTTP/1.1'], ['\rHTTP/1.1'], ['\r'], ['']])('there are none in %j', (text) => {
    expect(taken(text)).toEqual({ end: undefined, fields: undefined, offset: 0 });
  });
});
