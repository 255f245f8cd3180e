import type { CapturedReplies } from '../counterparts.ts';
import { runHttpCheck } from '../http-model.ts';
import type { HttpCheck, HttpExpect } from '../http-rule.ts';
import type { ProofRow } from '../prove.ts';
import { toJavaScript } from '../regex.ts';
import type { Explanation } from './fault.ts';
import { brokenWords, bytesOf, httpReply, plainName, replyName, replyWords, ruleWords } from './say.ts';

/** An http-check of a configuration, with the lines of its request and its expects, and the captured server that it is tried against. */
export interface HttpAudit {
  readonly http: HttpCheck;
  readonly line: number;
  readonly expects: readonly number[];
  readonly replies: CapturedReplies;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Why an http-check is wrong about a server. */
export function explainHttp(audit: HttpAudit, row: ProofRow): Explanation {
  if (row.expected === 'up') return down(audit, row);
  return row.result === 'late' ? late(audit) : up(audit, row);
}

/** A broken server that passed. */
function up({ http, line, expects, replies }: HttpAudit, { name, behavior }: ProofRow): Explanation {
  const at = behavior.reactions.length - 1;
  const said = bytesOf(behavior.reactions[at]);
  if (at > 1 || (replies.length > 2 && beginsAs(said, replies[at] ?? [])))
    return {
      line,
      cause: 'unasked',
      why: `nothing looks at ${replyName(replies.at(-1) ?? [])}: http-check has one request and one answer`,
    };
  const rank = Number(httpReply(said)?.status ?? 0) >= 300 ? 1 : 0;
  const rule = http.expect.at(-1);
  if (rule === undefined)
    return {
      line,
      cause: 'no expect',
      why: "no expect: HAProxy takes any 2xx and 3xx, a captive portal's 302 too",
      rank,
    };
  const expected = expects.at(-1) ?? line;
  const words = ruleWords(rule);
  const status = httpReply(said)?.status;
  const broken = status === undefined ? replyWords(said) : `a ${status}`;
  if (rule.inverse)
    return { line: expected, cause: 'inverse', why: `${words} refuses nothing else: ${broken} passes`, rank };
  if (rule.match === 'status' || rule.match === 'rstatus')
    return { line: expected, cause: 'status', why: `${words} takes ${broken} too`, rank };
  const offset = foundAt(rule, said);
  return {
    line: expected,
    cause: 'body',
    why: `${words} also occurs in ${brokenWords(said, plainName(name), undefined, offset)}, at offset ${offset}, and nothing looks at the status`,
    rank: Number(status ?? 0) >= 400 ? 2 : rank,
  };
}

/** A body is waited for. */
function late({ http, line, expects }: HttpAudit): Explanation {
  const at = http.expect.findIndex(({ match }) => match === 'string' || match === 'rstring');
  const rule = http.expect[at];
  if (rule === undefined) return { line, cause: 'late', why: 'it is found out only when the time is over' };
  return {
    line: expects[at] ?? line,
    cause: 'body',
    why: `${ruleWords(rule)} waits for the whole body: a page without an end is waited on until the timeout`,
  };
}

/** A healthy server that failed. */
function down({ http, line, expects, timeout }: HttpAudit, { behavior, name }: ProofRow): Explanation {
  const said = bytesOf(behavior.reactions[1]);
  const status = httpReply(said)?.status;
  const failing = http.expect.findIndex(
    (rule) => runHttpCheck({ ...http, expect: [rule] }, behavior, timeout).status !== 'L7OK',
  );
  const rule = http.expect[failing];
  if (rule === undefined)
    return { line, cause: 'request', why: `a healthy server may answer ${replyWords(said)} (${name})` };
  const at = expects[failing] ?? line;
  if (status !== undefined && Number(status) < 200)
    return { line: at, cause: 'interim', why: `http-check takes the interim response ${status} for the answer` };
  if (rule.match === 'status' || rule.match === 'rstatus')
    return {
      line: at,
      cause: 'status',
      why: `${ruleWords(rule)} does not take ${status ?? 'what'}, which was captured`,
    };
  if (status === '204' || status === '304')
    return { line: at, cause: 'no body', why: `${ruleWords(rule)} looks at the body, and a ${status} has none` };
  return { line: at, cause: 'body', why: `${ruleWords(rule)} is not in the body of the captured ${status}` };
}

/** Where in a response a pattern of the body is found, in bytes. */
function foundAt(rule: HttpExpect & { readonly pattern: string }, said: Uint8Array): number {
  const start = httpReply(said)?.headEnd ?? 0;
  const body = Buffer.from(said.subarray(start)).toString('latin1');
  const index =
    rule.match === 'string' ? body.indexOf(rule.pattern) : (toJavaScript(rule.pattern).exec(body)?.index ?? -1);
  return start + Math.max(index, 0);
}

/** Does it say what the captured server says, as far as it goes? */
function beginsAs(said: Uint8Array, messages: CapturedReplies[number]): boolean {
  const healthy = Buffer.concat(messages.map(({ bytes }) => bytes));
  const length = Math.min(said.length, healthy.length);
  return length > 0 && Buffer.compare(said.subarray(0, length), healthy.subarray(0, length)) === 0;
}
