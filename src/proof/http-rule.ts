/** `http-check send`: the request that HAProxy composes. */
export interface HttpSend {
  readonly method: string;
  readonly uri: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
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

/**
 * The request as HAProxy puts it on the wire: header names in lower case, `connection: close` added for HTTP/1.1, nothing else
 * (GET; 2.6, 3.4).
 */
export function httpRequestBytes({ method, uri, version, headers }: HttpSend): Uint8Array {
  const lines = [`${method} ${uri} ${version}`, ...headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`)];
  if (version === 'HTTP/1.1') lines.push('connection: close');
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
