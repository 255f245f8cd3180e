import type { Remark } from '../../proof/configured.ts';
import type { HttpExpect, HttpSend } from '../../proof/http-rule.ts';
import { ConfigError } from './config-words.ts';
import type { HttpchkOption, HttpLine, RequestParts } from './parse-http.ts';
import type { Placed, Resolved } from './ruleset.ts';

/** The lines of an http-check, and the request that its option names. */
export interface HttpChecking {
  readonly request: Placed<HttpchkOption> | undefined;
  readonly lines: readonly Placed<HttpLine>[];
}

/** What is sent where nothing else is said (2.6). */
const DEFAULT_REQUEST: HttpSend = { method: 'OPTIONS', uri: '/', version: 'HTTP/1.0', headers: [] };

/**
 * What an http-check of one exchange does. The first `http-check send` replaces those parts of the option's request that it names, its headers all at
 * once; with neither option nor send in the same section nothing is sent at all (measured on 2.6.12). Throws ConfigError.
 */
export function httpChecking(option: number, request: HttpChecking['request'], lines: HttpChecking['lines']): Resolved {
  let send: Placed<HttpLine & { kind: 'send' }> | undefined;
  const expects: { line: number; rule: HttpExpect }[] = [];
  const remarks: Remark[] = request?.remark === undefined ? [] : [{ line: request.line, text: request.remark }];
  const unknown: Remark[] = [];
  const connects: Placed<HttpLine & { kind: 'connect' }>[] = [];
  for (const line of lines) {
    switch (line.kind) {
      case 'connect':
        connects.push(line);
        if (line.parsed.remark !== undefined) remarks.push({ line: line.line, text: line.parsed.remark });
        if (line.parsed.unknown !== undefined) unknown.push({ line: line.line, text: line.parsed.unknown });
        break;
      case 'send':
        if (connects.length < 2 && (send !== undefined || expects.length > 0))
          throw new ConfigError(line.line, undefined, 'one more send needs a connect before it');
        send ??= line;
        if (line.unknown !== undefined) unknown.push({ line: line.line, text: line.unknown });
        break;
      case 'expect':
        if (line.parsed.rule !== undefined) expects.push({ line: line.line, rule: line.parsed.rule });
        if (line.parsed.unknown !== undefined) unknown.push({ line: line.line, text: line.parsed.unknown });
        if (line.parsed.remark !== undefined) remarks.push({ line: line.line, text: line.parsed.remark });
        break;
      case 'setting':
        if (line.remark !== undefined) remarks.push({ line: line.line, text: line.remark });
        break;
    }
  }
  const [first, second] = connects;
  if (second !== undefined)
    unknown.push({ line: second.line, text: 'a second connect: more than one connection is not judged here' });
  const sent = composed(request?.parts, send?.parts);
  return {
    checker: {
      kind: 'http-check',
      line: send?.line ?? option,
      http: sent && { send: sent, expect: expects.map(({ rule }) => rule) },
      expects: expects.map(({ line }) => line),
    },
    asServer: first === undefined || first.parsed.asServer === true,
    sendProxy: first?.parsed.sendProxy === true,
    remarks,
    unknown,
  };
}

function composed(option: RequestParts | undefined, send: RequestParts | undefined): HttpSend | undefined {
  if (option === undefined && send === undefined) return undefined;
  const parts = { ...option, ...send };
  const { method, uri, version, headers, body } = parts;
  return {
    method: method ?? DEFAULT_REQUEST.method,
    uri: uri ?? DEFAULT_REQUEST.uri,
    version: version ?? DEFAULT_REQUEST.version,
    headers: headers ?? DEFAULT_REQUEST.headers,
    ...(body !== undefined && { body }),
  };
}
