import type { HttpExpect, HttpSend } from '../../proof/http-rule.ts';
import { ConfigError, said, type Words } from './config-words.ts';
import {
  isFixed,
  isVariableAction,
  type ParsedRule,
  parseConnect,
  parseExpectOptions,
  regexProblem,
  unformatted,
} from './parse-tcp.ts';

/** The parts of a request that a line names. */
export interface RequestParts {
  readonly method?: string | undefined;
  readonly uri?: string | undefined;
  readonly version?: string | undefined;
  readonly headers?: HttpSend['headers'] | undefined;
  readonly body?: string | undefined;
}

/** What `option httpchk` says. */
export interface HttpchkOption {
  readonly parts: RequestParts;
  readonly remark: string | undefined;
}

/** What a line of http-check says. */
export type HttpLine =
  | { readonly kind: 'connect'; readonly parsed: ParsedRule<unknown> }
  | { readonly kind: 'send'; readonly parts: RequestParts; readonly unknown: string | undefined }
  | { readonly kind: 'expect'; readonly parsed: ParsedRule<HttpExpect> }
  | { readonly kind: 'setting'; readonly remark: string | undefined };

/** Reads `option httpchk [METHOD] [URI] [VERSION [HOST]]`, behind httpchk. Headers may hide behind the version, and a body behind them. */
export function parseHttpchk(words: Words): HttpchkOption {
  const taken: string[] = [];
  while (words.more && taken.length < 4) taken.push(words.take('a word'));
  words.end('the end of the line');
  const [first, second, third, host] = taken;
  if (second === undefined) return { parts: { uri: first }, remark: undefined };
  const [, version = '', hidden = ''] = /^([^\r\n]*)(.*)$/s.exec(third ?? '') ?? [];
  const [, head = hidden, body] = /^(.*?)\r?\n\r?\n(.*)$/s.exec(hidden) ?? [];
  const headers = head
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const colon = line.indexOf(':');
      if (colon < 1) throw words.error(`${said(line)} behind the version is no header`, 1);
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
  if (host !== undefined) headers.push(['Host', host]);
  return {
    parts: {
      method: first,
      uri: second,
      version: version === '' ? undefined : version,
      headers: headers.length > 0 ? headers : undefined,
      body: body === '' ? undefined : body,
    },
    remark: hidden !== '' ? HIDDEN : host !== undefined ? FOURTH : undefined,
  };
}

const HIDDEN =
  'headers stand behind the version: HAProxy 2.6 warns of that, and 2.7 and later do not start; http-check send takes them';
const FOURTH = 'the fourth word is taken for Host from 3.1 on, and refused by older versions';

/** Reads a line `http-check …` behind its keyword. Throws ConfigError. */
export function parseHttpLine(words: Words): HttpLine {
  const action = words.take('connect, send, expect, comment, disable-on-404, send-state, set-var or unset-var');
  switch (action) {
    case 'connect':
      return { kind: 'connect', parsed: parseConnect(words) };
    case 'send':
      return parseSend(words);
    case 'expect':
      return { kind: 'expect', parsed: parseHttpExpect(words) };
    case 'comment':
      words.take('a comment');
      words.end('the end of the line');
      return { kind: 'setting', remark: undefined };
    case 'disable-on-404':
      words.end('the end of the line');
      return {
        kind: 'setting',
        remark:
          'disable-on-404: where a 404 comes back, from the proxy too, the server only gets no new sessions (NOLB), it is not DOWN',
      };
    case 'send-state':
      words.end('the end of the line');
      return { kind: 'setting', remark: undefined };
  }
  if (isVariableAction(action)) return { kind: 'setting', remark: undefined };
  throw words.error(
    `${said(action)} is no action of http-check: connect, send, expect, comment, disable-on-404, send-state, set-var or unset-var is expected`,
    1,
  );
}

function parseSend(words: Words): HttpLine {
  const parts: { -readonly [Part in keyof RequestParts]: RequestParts[Part] } = {};
  const headers: [string, string][] = [];
  let unknown: string | undefined;
  const format = (text: string): string => {
    if (!isFixed(text)) unknown = 'what is sent is a log-format, whose value is known only when HAProxy runs';
    return unformatted(text);
  };
  while (words.more) {
    const word = words.take('a part of the request');
    switch (word) {
      case 'meth':
        parts.method = words.take('a method');
        break;
      case 'uri':
        parts.uri = words.take('a URI');
        break;
      case 'uri-lf':
        parts.uri = format(words.take('a URI'));
        break;
      case 'ver':
        parts.version = words.take('a version');
        break;
      case 'hdr': {
        const name = words.take('the name of a header');
        headers.push([name, format(words.take('the value of the header'))]);
        break;
      }
      case 'body':
        parts.body = words.take('a body');
        break;
      case 'body-lf':
        parts.body = format(words.take('a body'));
        break;
      case 'comment':
        words.take('a comment');
        break;
      default:
        throw words.error(`meth, uri, uri-lf, ver, hdr, body, body-lf or comment is expected, not ${said(word)}`, 1);
    }
  }
  if (headers.filter(([name]) => name.toLowerCase() === 'host').length > 1)
    throw new ConfigError(words.line.number, undefined, 'a second Host header, which HAProxy does not take');
  if (headers.length > 0) parts.headers = headers;
  return { kind: 'send', parts, unknown };
}

const MATCHES = 'status, rstatus, string, rstring, string-lf, hdr or fhdr';

function parseHttpExpect(words: Words): ParsedRule<HttpExpect> {
  let rule: HttpExpect | undefined;
  let unknown: string | undefined;
  const { minReceived, inverse, remark } = parseExpectOptions(words, MATCHES, (word) => {
    switch (word) {
      case 'status':
        rule = { match: word, ranges: parseStatuses(words), inverse: false };
        return true;
      case 'rstatus':
      case 'rstring': {
        const pattern = words.take('a regular expression');
        rule = { match: word, pattern, inverse: false };
        unknown = regexProblem(pattern);
        return true;
      }
      case 'string':
        rule = { match: word, pattern: words.take('the text to look for'), inverse: false };
        return true;
      case 'string-lf': {
        const format = words.take('a log-format');
        if (!isFixed(format))
          unknown = 'what is looked for is a log-format, whose value is known only when HAProxy runs';
        rule = { match: 'string', pattern: unformatted(format), inverse: false };
        return true;
      }
      case 'hdr':
      case 'fhdr':
        skipHeaderMatch(words);
        unknown = 'what is looked for in a header is not judged here';
        return true;
    }
    return false;
  });
  if (minReceived !== undefined && rule?.match !== 'status' && rule?.match !== 'rstatus')
    unknown ??= 'min-recv of a body is not judged here';
  return { rule: rule && { ...rule, inverse }, unknown, remark };
}

/** `200,204,210-219`. */
function parseStatuses(words: Words): [number, number][] {
  const list = words.take('a list of statuses');
  return list.split(',').map((each) => {
    const [, from, to] = /^([0-9]{1,3})(?:-([0-9]{1,3}))?$/.exec(each) ?? [];
    if (from === undefined)
      throw words.error(`statuses are expected, such as 204 or 200-299,301, not ${said(list)}`, 1);
    return [Number(from), Number(to ?? from)];
  });
}

const METHODS: ReadonlySet<string> = new Set(['str', 'beg', 'end', 'sub', 'reg']);

/** `name [-m METHOD] NAME [value [-m METHOD] VALUE]`, with -lf behind name or value. */
function skipHeaderMatch(words: Words): void {
  const part = (keyword: RegExp, expected: string): void => {
    const word = words.take(expected);
    if (!keyword.test(word)) throw words.error(`${expected} is expected, not ${said(word)}`, 1);
    if (words.ahead === '-m') {
      words.take('-m');
      const method = words.take('str, beg, end, sub or reg');
      if (!METHODS.has(method)) throw words.error(`str, beg, end, sub or reg is expected, not ${said(method)}`, 1);
    }
    words.take('what to look for');
  };
  part(/^name(?:-lf)?$/, 'name');
  if (/^value(?:-lf)?$/.test(words.ahead ?? '')) part(/^value(?:-lf)?$/, 'value');
}
