import type { Behavior, Ending } from './behavior.ts';
import { toJavaScript } from './regex.ts';
import { type ExpectRule, sendLengths, type TcpRule } from './rule.ts';
import { type CheckRun, type Outcome, simulate, type Transport, type Verdict, type Watch } from './run.ts';
import { SimulatedServer } from './simulated-server.ts';

/** tune.bufsize: a full buffer is judged as if the server had closed (2.6, 3.4). */
export const BUFFER_SIZE = 16_384;
/** Bytes of the buffer that an rbinary sees: its hex dump has to fit into a buffer of the same size (2.6, 3.4). */
export const HEX_MATCH_LENGTH = 8191;

/**
 * Runs a tcp-check against a described server, in simulated time. `timeout` is `timeout check` in milliseconds. The server reacts to whole
 * requests, whose lengths are given, in however many sends they come.
 */
export function runTcpCheck(
  rules: readonly TcpRule[],
  behavior: Behavior,
  timeout: number,
  requestLengths: readonly number[] = sendLengths(rules),
  watch?: Watch,
): Verdict {
  const server = new SimulatedServer(behavior, requestLengths);
  return simulate((transport) => new TcpCheckRun(rules, transport, watch), server, timeout);
}

/**
 * One run of a tcp-check as HAProxy 2.6 and 3.4 do it, over whatever transport. The rules of the buffer: a send empties it of what has been
 * read; an expect takes nothing out of it; consecutive expects see the same bytes, and when one of them waits for more, the first
 * `expect !` among those before it is judged again with what has come.
 */
export class TcpCheckRun implements CheckRun {
  readonly #rules: readonly TcpRule[];
  readonly #transport: Transport;
  readonly #watch: Watch | undefined;
  #at = 0;
  #buffer: Buffer = NOTHING;
  #closed: Ending;

  constructor(rules: readonly TcpRule[], transport: Transport, watch?: Watch) {
    this.#rules = rules;
    this.#transport = transport;
    this.#watch = watch;
  }

  advance(): Outcome | undefined {
    for (; this.#at < this.#rules.length; this.#at++) {
      const rule = this.#rules[this.#at] as TcpRule;
      switch (rule.kind) {
        case 'connect':
          this.#transport.connect();
          break;
        case 'send':
          if (rule.bytes.length >= BUFFER_SIZE) return this.#end('L7RSP');
          // After a FIN the connection still takes bytes; that nothing comes back is seen by the next expect.
          if (this.#closed === 'RST') return { ...this.#end('SOCKERR'), lastStep: nextExpect(this.#rules, this.#at) };
          this.#buffer = NOTHING;
          this.#transport.send(rule.bytes);
          break;
        case 'expect': {
          const judged = this.#judge(rule);
          if (judged === 'wait') {
            this.#at = firstUnwanted(this.#rules, this.#at);
            return undefined;
          }
          if (judged !== 'match') return this.#end(judged);
        }
      }
      this.#watch?.(this.#at, this.#buffer);
    }
    return { status: 'L7OK', step: undefined, received: this.#buffer };
  }

  timeOut(): Outcome {
    return this.#end('L7TOUT');
  }

  #judge(rule: ExpectRule): 'match' | 'wait' | 'L7RSP' | 'SOCKERR' {
    const { bytes, ending } = this.#transport.arrived();
    if (bytes.length > 0) this.#buffer = Buffer.concat([this.#buffer, ...bytes]).subarray(0, BUFFER_SIZE);
    this.#closed ??= ending;
    if (this.#buffer.length === 0 && this.#closed !== undefined) return this.#closed === 'RST' ? 'SOCKERR' : 'L7RSP';
    const final = this.#closed !== undefined || this.#buffer.length >= BUFFER_SIZE;
    const judged = judgeOf(rule)(this.#buffer, final);
    return judged === 'mismatch' ? 'L7RSP' : judged;
  }

  #end(status: Outcome['status']): Outcome {
    return { status, step: this.#at + 1, received: this.#buffer };
  }
}

const NOTHING = Buffer.alloc(0);

/** The step of the first expect from `at` on; where there is none, the last step. */
function nextExpect(rules: readonly TcpRule[], at: number): number {
  const index = rules.findIndex((rule, each) => each >= at && rule.kind === 'expect');
  return index === -1 ? rules.length : index + 1;
}

/** expect.head (src/tcpcheck.c, 2.6): the first `expect !` of the consecutive expects up to this one, else the expect itself. It also counts as the step that timed out. */
function firstUnwanted(rules: readonly TcpRule[], at: number): number {
  let head = at;
  for (let before = at; rules[before]?.kind === 'expect'; before--) {
    const rule = rules[before];
    if (rule?.kind === 'expect' && rule.inverse) head = before;
  }
  return head;
}

/** Is an expect content with what has come, though more may? */
export const passes = (rule: ExpectRule, received: Uint8Array): boolean =>
  judgeOf(rule)(Buffer.from(received.buffer, received.byteOffset, received.length), false) === 'match';

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
