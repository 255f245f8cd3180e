import type { PlacedRule } from '../configured.ts';
import type { CapturedReplies } from '../counterparts.ts';
import type { ProofRow } from '../prove.ts';
import type { Explanation } from './fault.ts';
import { isLowerCase, matchIn, type PlacedExpect, satisfied, sought } from './found.ts';
import { bytesOf, hexWords, patternWords, plainName, replyName, replyWords, ruleWords } from './say.ts';

/** A tcp-check of a configuration, and the captured server that it is tried against. */
export interface TcpAudit {
  readonly rules: readonly PlacedRule[];
  readonly requestLengths: readonly number[];
  readonly replies: CapturedReplies;
}

/** Why a tcp-check is wrong about a server. */
export class TcpExplainer {
  readonly #audit: TcpAudit;
  /** For each rule, how many requests have been sent whole before it. */
  readonly #requests: readonly number[];

  constructor(audit: TcpAudit) {
    this.#audit = audit;
    const ends = audit.requestLengths.map((_, at) =>
      audit.requestLengths.slice(0, at + 1).reduce((sum, length) => sum + length, 0),
    );
    let sent = 0;
    this.#requests = audit.rules.map(({ rule }) => {
      if (rule.kind === 'send') sent += rule.bytes.length;
      return ends.filter((end) => end <= sent).length;
    });
  }

  explain(row: ProofRow): Explanation {
    if (row.expected === 'up') return this.#down(row);
    return row.result === 'late' ? this.#late(row) : this.#up(row);
  }

  /** A broken server that passed, or that passed where it was broken. */
  #up({ name, behavior }: ProofRow): Explanation {
    const { replies } = this.#audit;
    const broken = behavior.reactions.length - 1;
    const said = bytesOf(behavior.reactions.at(-1));
    const healthy = joined(replies[broken] ?? []);
    // Where it says what a healthy server says, as far as it goes, the fault lies behind that.
    const length = Math.min(said.length, healthy.length);
    const goesOn =
      said.length > 0 && broken + 1 < replies.length && equal(said.subarray(0, length), healthy.subarray(0, length));
    const at = this.#spoken(goesOn ? broken + 1 : broken);
    const last = this.#expectsAt(at).at(-1);
    if (last === undefined) return this.#unlooked(at);
    return satisfied(last, said, plainName(name), replies[broken]?.at(-1)?.observation.kind);
  }

  /** Exchanges in which the server says nothing are passed over: a PROXY header is not answered. */
  #spoken(at: number): number {
    const { replies } = this.#audit;
    const next = replies.findIndex((messages, index) => index >= at && messages.length > 0);
    return next === -1 ? at : next;
  }

  #unlooked(at: number): Explanation {
    const { rules, replies, requestLengths } = this.#audit;
    const what = replyName(replies[at] ?? []);
    const lastExpect = rules.findLast(({ rule }) => rule.kind === 'expect');
    const lastRule = rules.at(-1) as PlacedRule;
    if (lastExpect === undefined) {
      const how = requestLengths.length === 0 ? 'a TCP connect is all' : 'nothing is expected';
      return { line: lastRule.line, cause: 'no expect', why: `${how}: whatever listens is taken for healthy` };
    }
    const later = this.#requests[rules.indexOf(lastExpect)] ?? 0;
    if (later >= at) {
      const next = rules.findIndex((each, index) => each.rule.kind === 'send' && (this.#requests[index] ?? 0) > at);
      const line = rules[next]?.line ?? lastExpect.line;
      return { line, cause: `unlooked ${at}`, why: `nothing looks at ${what} before line ${line} goes on` };
    }
    const asked = requestLengths.length >= at ? '' : ', for which nothing asks';
    return {
      line: lastExpect.line,
      cause: 'last expect',
      why: `nothing looks at ${replyName(replies.at(-1) ?? [])}${asked}: line ${lastExpect.line} is the last expect`,
    };
  }

  #expectsAt(at: number): PlacedExpect[] {
    return this.#audit.rules.flatMap(({ line, rule }, index) =>
      rule.kind === 'expect' && this.#requests[index] === at ? [{ line, rule }] : [],
    );
  }

  /** A broken server that was found out only when the time was over. */
  #late(row: ProofRow): Explanation {
    const { verdict, behavior } = row;
    const { line, rule } = this.#failing(verdict.step);
    // It was taken for healthy where it was broken, and what then does not come is waited for.
    if (this.#requestsBefore(verdict.step) > behavior.reactions.length - 1) {
      const { why, ...explanation } = this.#up(row);
      return { ...explanation, cause: `late ${explanation.cause}`, why: `${why}; line ${line} then waits in vain` };
    }
    if (rule.kind !== 'expect') return { line, cause: 'late', why: 'it is found out only when the time is over' };
    if (rule.minReceived === undefined)
      return {
        line,
        cause: 'no min-recv',
        why: `${ruleWords(rule)} has no min-recv: what cannot match any more is waited on until the timeout`,
      };
    const wanted = Math.max(rule.minReceived, sought(rule));
    return {
      line,
      cause: 'min-recv',
      why: `${ruleWords(rule)} waits for ${wanted} bytes, and a server that refuses may send no more than ${verdict.received.length}: that is waited on until the timeout`,
    };
  }

  /** A healthy server that failed. */
  #down({ name, verdict, behavior }: ProofRow): Explanation {
    const { line, rule } = this.#failing(verdict.step);
    const at = this.#requestsBefore(verdict.step);
    const healthy = bytesOf(behavior.reactions[at]);
    const { received } = verdict;
    const rest = this.#restOf(at - 1, bytesOf(behavior.reactions[at - 1]), healthy, received);
    if (rest !== undefined) return rest;
    if (rule.kind !== 'expect') return { line, cause: 'send', why: `the connection is over before line ${line} sends` };
    const what = replyName(this.#audit.replies[at] ?? []);
    const { match, minReceived } = rule;
    if (isLowerCase(rule))
      return {
        line,
        cause: 'lower case',
        why: `rbinary looks at upper-case hex, in which ${patternWords(rule)} is never found`,
      };
    const whole = matchIn(rule, healthy) !== undefined;
    if (whole && received.length < healthy.length && minReceived !== undefined && verdict.status === 'L7RSP')
      return {
        line,
        cause: 'early',
        why: `min-recv ${minReceived} decides before ${what} is all there`,
        rank: healthy.length,
      };
    const wanted = Math.max(minReceived ?? 0, sought(rule));
    if (whole && verdict.status === 'L7TOUT' && wanted > healthy.length)
      return {
        line,
        cause: 'longer',
        why: `${ruleWords(rule)} waits for ${wanted} bytes, and ${what} may have ${healthy.length}`,
      };
    const shown = match === 'binary' || match === 'rbinary' ? hexWords(healthy) : replyWords(healthy);
    if (equal(healthy, joined(this.#audit.replies[at] ?? [])))
      return { line, cause: 'mismatch', why: `${ruleWords(rule)} does not match what was captured: ${shown}`, rank: 9 };
    return {
      line,
      cause: 'mismatch',
      why: `waits for ${patternWords(rule)}, and a healthy server may answer ${shown} (${plainName(name)})`,
      rank: rankOf(healthy, name),
    };
  }

  /** What was received begins within the reply before: an expect was satisfied with the first bytes of that. */
  #restOf(before: number, earlier: Uint8Array, healthy: Uint8Array, received: Uint8Array): Explanation | undefined {
    if (before < 0 || received.length === 0 || equal(received, healthy.subarray(0, received.length))) return undefined;
    const own = this.#expectsAt(before).at(-1);
    const start = Buffer.concat([earlier, healthy]).indexOf(received, own === undefined ? 0 : 1);
    if (start === -1 || start >= earlier.length) return undefined;
    const { rules, replies } = this.#audit;
    const what = replyName(replies[before] ?? []);
    const next = rules.find(({ rule }, index) => rule.kind === 'expect' && (this.#requests[index] ?? 0) > before);
    const line = own?.line ?? next?.line ?? 0;
    const why =
      own === undefined
        ? `nothing waits for ${what}, which is then taken for the answer to what is sent next`
        : `${ruleWords(own.rule)} does not wait for the end of ${what}: what comes later of it is taken for the answer that line ${next?.line} expects`;
    return { line, cause: 'rest', why };
  }

  /** How many requests have been sent whole before a step. */
  #requestsBefore(step: number | undefined): number {
    return this.#requests[(step ?? 1) - 1] ?? 0;
  }

  #failing(step: number | undefined): PlacedRule {
    return this.#audit.rules[(step ?? 1) - 1] as PlacedRule;
  }
}

/** What is plainly another form of the answer is a better example than the same one in pieces. */
const rankOf = (bytes: Uint8Array, name: string): number =>
  (name.includes('one byte at a time') ? 0 : 2) + (bytes.length > 0 ? 1 : 0);

const joined = (messages: CapturedReplies[number]): Uint8Array => Buffer.concat(messages.map(({ bytes }) => bytes));
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
