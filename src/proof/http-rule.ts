/** `http-check send`: the request that HAProxy composes. */
export interface HttpSend {
  readonly method: string;
  readonly uri: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** `http-check expect`, as far as a status or a body is looked at. */
export type HttpExpect =
  | {
      readonly match: 'status';
      readonly ranges: readonly (readonly [from: number, to: number])[];
      readonly inverse: boolean;
    }
  | { readonly match: 'rstatus' | 'string' | 'rstring'; readonly pattern: string; readonly inverse: boolean };

/** An http-check of one exchange. */
export interface HttpCheck {
  readonly send: HttpSend;
  /** None: HAProxy expects 200 to 399. */
  readonly expect: readonly HttpExpect[];
  /** What the steps are about, in words. */
  readonly comments?: { readonly send: string; readonly expect: string };
  readonly secrets?: readonly HeaderSecret[];
}

/** A header whose value is secret, wholly or behind its scheme. */
export interface HeaderSecret {
  readonly name: string;
  readonly form: 'plain' | 'basic';
}

/** Methods for which HAProxy adds no content-length where there is no body (2.6, 3.4). */
export const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

/**
 * The request as HAProxy puts it on the wire: header names in lower case; Host written over the authority of the URI; content-length for a body or
 * for a method that may have one; `connection: close` for HTTP/1.1, unless there is such a header; nothing else (2.6, 3.4).
 */
export function httpRequestBytes({ method, uri, version, headers, body = '' }: HttpSend): Uint8Array {
  const named = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const host = named('host');
  const target =
    host === undefined ? uri : uri.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*/i, (_, scheme) => scheme + host);
  const lines = [
    `${method} ${target} ${version}`,
    ...headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`),
  ];
  if (body !== '' || !BODILESS.has(method)) lines.push(`content-length: ${body.length}`);
  if (version === 'HTTP/1.1' && named('connection') === undefined) lines.push('connection: close');
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}
