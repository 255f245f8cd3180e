import type { Behavior, Ending } from './behavior.ts';
import { toJavaScript } from './regex.ts';
import { type ExpectRule, sendLengths, type TcpRule } from './rule.ts';
import { SimulatedServer } from './simulated-server.ts';

/** What HAProxy says of a check: the status, the step that failed (from 1, as it logs them), and what had been received for it. */
export interface Verdict {
  readonly status: 'L7OK' | 'L7RSP' | 'L7STS' | 'L7TOUT' | 'SOCKERR';
  readonly step: number | undefined;
  readonly received: Uint8Array;
  /** Simulated milliseconds from the connection on. */
  readonly elapsed: number;
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
  let buffer: Uint8Array = new Uint8Array(0);
  let now = 0;
  let closed: Ending;
  const end = (status: Verdict['status'], step?: number): Verdict => ({ status, step, received: buffer, elapsed: now });

  const read = (): void => {
    const arrived = server.arrivedBy(now);
    if (arrived.bytes.length > 0) buffer = Buffer.concat([buffer, ...arrived.bytes]).subarray(0, BUFFER_SIZE);
    closed ??= arrived.ending;
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
        if (closed === 'RST') return end('SOCKERR', at + 1);
        buffer = new Uint8Array(0);
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

type Judge = (buffer: Uint8Array, final: boolean) => 'match' | 'mismatch' | 'wait';

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

function matcherOf(match: ExpectRule['match'], pattern: string): (buffer: Uint8Array) => boolean {
  switch (match) {
    case 'string':
    case 'binary':
      return (buffer) => Buffer.from(buffer).includes(pattern, 0, 'latin1');
    case 'rstring': {
      const regex = toJavaScript(pattern);
      return (buffer) => regex.test(Buffer.from(buffer).toString('latin1'));
    }
    case 'rbinary': {
      const regex = toJavaScript(pattern);
      return (buffer) => regex.test(Buffer.from(buffer.subarray(0, HEX_MATCH_LENGTH)).toString('hex').toUpperCase());
    }
  }
}
