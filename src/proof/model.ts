import type { Behavior, Ending } from './behavior.ts';
import { toJavaScript } from './regex.ts';
import { type ExpectRule, sendLengths, type TcpRule } from './rule.ts';
import { SimulatedServer } from './simulated-server.ts';

/** What HAProxy says of a check: the status, the step that failed (from 1, as it logs them), and what had been received for it. */
export interface Verdict {
  readonly status: 'L7OK' | 'L7RSP' | 'L7STS' | 'L7TOUT' | 'SOCKERR';
  readonly step: number | undefined;
  /** A reset right behind a reply is met by the next send, or by a step behind that, this one at the latest: it is a race. */
  readonly lastStep?: number;
  readonly received: Uint8Array;
  /** Simulated milliseconds from the connection on. */
  readonly elapsed: number;
}

/** Does a real HAProxy say the same? */
export function confirms(
  real: { readonly status: string; readonly step: number | undefined },
  { status, step, lastStep = step }: Verdict,
): boolean {
  if (real.status !== status) return false;
  if (real.step === undefined || step === undefined) return real.step === step;
  return real.step >= step && real.step <= (lastStep ?? step);
}

/** tune.bufsize: a full buffer is judged as if the server had closed (2.6, 3.4). */
export const BUFFER_SIZE = 16_384;
/** Bytes of the buffer that an rbinary sees: its hex dump has to fit into a buffer of the same size (2.6, 3.4). */
const HEX_MATCH_LENGTH = 8191;

/**
 * Runs a tcp-check as HAProxy 2.6 and 3.4 do, against a described server, in simulated time. `timeout` is `timeout check` in milliseconds.
 * The rules of the buffer: a send empties it of what has been read; an expect takes nothing out of it; consecutive expects see the same bytes,
 * and when one of them waits for more, the first of them is judged again with what has come. The server reacts to whole requests, whose
 * lengths are given, in however many sends they come.
 */
export function runTcpCheck(
  rules: readonly TcpRule[],
  behavior: Behavior,
  timeout: number,
  requestLengths: readonly number[] = sendLengths(rules),
): Verdict {
  const server = new SimulatedServer(behavior, requestLengths);
  let buffer: Buffer = NOTHING;
  let now = 0;
  let closed: Ending;
  const end = (status: Verdict['status'], step?: number): Verdict => ({ status, step, received: buffer, elapsed: now });

  const read = (): void => {
    const arrived = server.arrivedBy(now);
    closed ??= arrived.ending;
    if (arrived.bytes.length === 0) return;
    buffer = Buffer.concat([buffer, ...arrived.bytes]);
    if (buffer.length > BUFFER_SIZE) buffer = buffer.subarray(0, BUFFER_SIZE);
  };

  for (let at = 0; at < rules.length; ) {
    const rule = rules[at] as TcpRule;
    switch (rule.kind) {
      case 'connect':
        server.accept(now);
        at++;
        break;
      case 'send':
        if (rule.bytes.length >= BUFFER_SIZE) return end('L7RSP', at + 1);
        // After a FIN the connection still takes bytes; that nothing comes back is seen by the next expect.
        if (closed === 'RST') return { ...end('SOCKERR', at + 1), lastStep: nextExpect(rules, at) };
        buffer = NOTHING;
        server.receive(rule.bytes.length, now);
        at++;
        break;
      case 'expect': {
        read();
        if (buffer.length === 0 && closed === 'RST') return end('SOCKERR', at + 1);
        if (buffer.length === 0 && closed === 'FIN') return end('L7RSP', at + 1);
        const final = closed !== undefined || buffer.length >= BUFFER_SIZE;
        const verdict = judgeOf(rule)(buffer, final);
        if (verdict === 'match') at++;
        else if (verdict === 'mismatch') return end('L7RSP', at + 1);
        else {
          const next = server.nextArrival();
          if (next === undefined || next > timeout) {
            now = timeout;
            return end('L7TOUT', at + 1);
          }
          now = next;
          while (at > 0 && rules[at - 1]?.kind === 'expect') at--;
        }
        break;
      }
    }
  }
  return end('L7OK');
}

const NOTHING = Buffer.alloc(0);

/** The step of the first expect from `at` on; where there is none, the last step. */
function nextExpect(rules: readonly TcpRule[], at: number): number {
  const index = rules.findIndex((rule, each) => each >= at && rule.kind === 'expect');
  return index === -1 ? rules.length : index + 1;
}

type Judge = (buffer: Buffer, final: boolean) => 'match' | 'mismatch' | 'wait';

/** A check is tried against hundreds of servers: its regular expressions are translated once. */
const judges = new WeakMap<ExpectRule, Judge>();

function judgeOf(rule: ExpectRule): Judge {
  const known = judges.get(rule);
  if (known !== undefined) return known;
  const judge = newJudge(rule);
  judges.set(rule, judge);
  return judge;
}

/** tcpcheck_eval_expect (src/tcpcheck.c, 2.6): `final` is a closed connection or a full buffer. */
function newJudge({ match, pattern, minReceived, inverse }: ExpectRule): Judge {
  const matches = matcherOf(match, pattern);
  // A substring search waits for as many bytes as it looks for, whatever min-recv says.
  const least = Math.max(match === 'string' || match === 'binary' ? pattern.length : 0, minReceived ?? 0);
  return (buffer, final) => {
    // Nothing at all is waited on, even with min-recv 0.
    if (!final && buffer.length < Math.max(least, 1)) return 'wait';
    const matched = matches(buffer);
    if (!matched && !final && minReceived === undefined) return 'wait';
    return matched !== inverse ? 'match' : 'mismatch';
  };
}

function matcherOf(match: ExpectRule['match'], pattern: string): (buffer: Buffer) => boolean {
  switch (match) {
    case 'string':
    case 'binary':
      return (buffer) => buffer.includes(pattern, 0, 'latin1');
    case 'rstring': {
      const regex = toJavaScript(pattern);
      return (buffer) => regex.test(buffer.toString('latin1'));
    }
    case 'rbinary': {
      const regex = toJavaScript(pattern);
      return (buffer) => regex.test(buffer.toString('hex', 0, HEX_MATCH_LENGTH).toUpperCase());
    }
  }
}
