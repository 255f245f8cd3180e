import type { Behavior, Ending } from './behavior.ts';
import { type HttpCheck, type HttpExpect, httpRequestBytes } from './http-rule.ts';
import { BUFFER_SIZE } from './model.ts';
import { toJavaScript } from './regex.ts';
import { type CheckRun, type Outcome, simulate, type Transport, type Verdict } from './run.ts';
import { SimulatedServer } from './simulated-server.ts';

/** A response as far as it has come. */
interface Received {
  readonly status: number;
  readonly body: string;
  /** Has the body come to its end? */
  readonly complete: boolean;
}

/** tune.http.maxhdr is 101, the status line included (2.6). */
const MAX_FIELDS = 100;

/** Without an expect rule HAProxy takes any 2xx and 3xx. */
const IMPLICIT: HttpExpect = { match: 'status', ranges: [[200, 399]], inverse: false };

/** Runs an http-check of one exchange against a described server, in simulated time. `timeout` is in milliseconds. */
export function runHttpCheck(check: HttpCheck, behavior: Behavior, timeout: number): Verdict {
  const server = new SimulatedServer(behavior, [httpRequestBytes(check.send).length]);
  return simulate((transport) => new HttpCheckRun(check, transport), server, timeout);
}

/**
 * One run of an http-check of one exchange as HAProxy 2.6 does it, over whatever transport. A status is judged as soon as the head is there (an
 * interim one too); a body is judged when it has what is looked for, or when it is all there.
 */
export class HttpCheckRun implements CheckRun {
  readonly #check: HttpCheck;
  readonly #transport: Transport;
  #started = false;
  #buffer: Uint8Array = new Uint8Array(0);
  #closed: Ending;

  constructor(check: HttpCheck, transport: Transport) {
    this.#check = check;
    this.#transport = transport;
  }

  advance(): Outcome | undefined {
    if (!this.#started) {
      this.#started = true;
      this.#transport.connect();
      this.#transport.send(httpRequestBytes(this.#check.send));
    }
    const { bytes, ending } = this.#transport.arrived();
    this.#buffer = Buffer.concat([this.#buffer, ...bytes]).subarray(0, BUFFER_SIZE);
    this.#closed ??= ending;
    const received = decode(this.#buffer, this.#closed !== undefined);
    if (received === 'no HTTP') return this.#end('L7RSP');
    if (received === undefined) {
      if (this.#closed === undefined) return undefined;
      return this.#end(this.#buffer.length === 0 && this.#closed === 'RST' ? 'SOCKERR' : 'L7RSP');
    }
    const { expect } = this.#check;
    const judged = judge(expect.length === 0 ? [IMPLICIT] : expect, received);
    return judged === 'wait' ? undefined : this.#end(judged);
  }

  timeOut(): Outcome {
    return this.#end('L7TOUT');
  }

  #end(status: Outcome['status']): Outcome {
    return { status, step: undefined, received: this.#buffer };
  }
}

function judge(rules: readonly HttpExpect[], received: Received): 'L7OK' | 'L7STS' | 'L7RSP' | 'wait' {
  for (const rule of rules) {
    const matched = matches(rule, received);
    const ofBody = rule.match === 'string' || rule.match === 'rstring';
    if (ofBody && !matched && !received.complete) return 'wait';
    if (ofBody && received.body === '') return 'L7RSP'; // "could not find a response body", with `!` too
    if (matched === rule.inverse) return ofBody ? 'L7RSP' : 'L7STS';
  }
  return 'L7OK';
}

function matches(rule: HttpExpect, { status, body }: Received): boolean {
  switch (rule.match) {
    case 'status':
      return rule.ranges.some(([from, to]) => status >= from && status <= to);
    case 'rstatus':
      return toJavaScript(rule.pattern).test(String(status));
    case 'string':
      return body.includes(rule.pattern);
    case 'rstring':
      return toJavaScript(rule.pattern).test(body);
  }
}

/** The response in what has come; undefined while its head is not all there. */
function decode(buffer: Uint8Array, closed: boolean): Received | 'no HTTP' | undefined {
  const text = Buffer.from(buffer)
    .toString('latin1')
    .replace(/^(?:\r?\n)+/, '')
    .replace(/^\r$/, ''); // the first half of another empty line
  const start = 'HTTP/1.';
  if (!text.startsWith(start.slice(0, text.length)) || (text.length >= start.length && !text.startsWith(start)))
    return 'no HTTP';
  const head = /^(HTTP\/1\.[0-9]) ([0-9]{3})(?: [^\r\n]*)?\r?\n((?:[^\r\n]+\r?\n)*)\r?\n/.exec(text);
  if (head === null) return /^[^\n]*\n/.test(text) && !/^HTTP\/1\.[0-9] [0-9]{3}/.test(text) ? 'no HTTP' : undefined;
  const fields = head[3] ?? '';
  if ((fields.match(/\n(?![ \t])/g) ?? []).length > MAX_FIELDS) return 'no HTTP';
  const status = Number(head[2]);
  const body = text.slice(head[0].length);
  const length = /^content-length: *([0-9]+) *\r?$/im.exec(fields)?.[1];
  const bodiless = status < 200 || status === 204 || status === 304;
  const complete = bodiless || (length === undefined ? closed : body.length >= Number(length));
  return { status, body: bodiless ? '' : body.slice(0, length === undefined ? undefined : Number(length)), complete };
}
