import type { Warning } from '../capture/warning.ts';
import type { Check } from '../check/check.ts';
import { textRegex } from '../check/pattern.ts';
import { statusPattern } from '../check/status.ts';
import type { CapturedMessage, Step } from '../check/step.ts';
import type { Behavior } from './behavior.ts';
import { type Form, isModern } from './form.ts';
import { HttpCheckRun, runHttpCheck } from './http-model.ts';
import { httpCheckOf } from './http-request.ts';
import { type HttpCheck, httpRequestBytes } from './http-rule.ts';
import { runTcpCheck, TcpCheckRun } from './model.ts';
import { type ExpectRule, rulesOf, type SendRule, sendLengths, type TcpRule } from './rule.ts';
import type { CheckRun, Transport, Verdict, Watch } from './run.ts';

/** A check in the words of one of HAProxy's two checkers, as data. */
export type Script = (TcpScript | HttpScript) & {
  /** What this form of the check cannot promise, each a sentence without a final stop. */
  readonly caveats: readonly Warning[];
};

interface TcpScript {
  readonly kind: 'tcp-check';
  readonly rules: readonly TcpRule[];
  /** How long each request is that the server waits for, in as many rules as it may be sent. */
  readonly requestLengths: readonly number[];
  /** Why it is not an http-check, where one would think of it. */
  readonly why: string | undefined;
}

interface HttpScript {
  readonly kind: 'http-check';
  readonly http: HttpCheck;
}

/** A check that cannot be put into the words that were asked for. */
export class FormError extends Error {
  override readonly name = 'FormError';
}

/** Puts a check into HAProxy's words. Throws FormError where the user decided for a checker that cannot say it. */
export function composeScript(check: Check, form: Form): Script {
  const http = form.checker === 'tcp-check' ? 'the user wants tcp-check' : httpCheckOf(check);
  if (typeof http !== 'string') return { kind: 'http-check', http, caveats: [] };
  if (form.checker === 'http-check') throw new FormError(`http-check cannot say it: ${http}; leave out --as`);
  const speaks = check.layers.find((layer) => layer !== 'proxy-protocol');
  const why = form.checker === undefined && speaks === 'http' ? http : undefined;
  const { rules, caveats } = tcpRules(check, form);
  return { kind: 'tcp-check', rules, requestLengths: sendLengths(rulesOf(check.steps)), why, caveats };
}

/** Rules of any origin as a script. */
export const scriptOfRules = (rules: readonly TcpRule[]): Script => ({
  kind: 'tcp-check',
  rules,
  requestLengths: sendLengths(rules),
  why: undefined,
  caveats: [],
});

/** Runs a script against a described server, in the model. `timeout` is in milliseconds. */
export function runScript(script: Script, behavior: Behavior, timeout: number, watch?: Watch): Verdict {
  switch (script.kind) {
    case 'tcp-check':
      return runTcpCheck(script.rules, behavior, timeout, script.requestLengths, watch);
    case 'http-check':
      return runHttpCheck(script.http, behavior, timeout);
  }
}

/** Starts a script over a transport. */
export function startScript(script: Script, transport: Transport, watch?: Watch): CheckRun {
  switch (script.kind) {
    case 'tcp-check':
      return new TcpCheckRun(script.rules, transport, watch);
    case 'http-check':
      return new HttpCheckRun(script.http, transport);
  }
}

/** How long each request is that the script sends. */
export const sentLengths = (script: Script): readonly number[] =>
  script.kind === 'tcp-check' ? script.requestLengths : [httpRequestBytes(script.http.send).length];

function tcpRules(check: Check, form: Form): { rules: TcpRule[]; caveats: Warning[] } {
  const rules = rulesIn(check.steps, form).flatMap((rule): readonly TcpRule[] =>
    rule.kind === 'send' ? sendRules(rule, form) : [rule],
  );
  const cut = isModern(form) && sendLengths(rules).length > sendLengths(rulesOf(check.steps)).length;
  const weak = caveatsOf(check, form).map((message): Warning => ({ code: 'weak-form', message }));
  return { rules, caveats: [...weak, ...(cut ? [SEGMENTS] : [])] };
}

const SEGMENTS: Warning = {
  code: 'segments',
  message:
    'from 2.2 on every send is a segment of its own: a server that takes a segment for a message is taken for broken',
};

function rulesIn(steps: readonly Step[], form: Form): TcpRule[] {
  if (form.expect === 'anchored' && isModern(form)) return rulesOf(steps);
  const linger = isModern(form) && form.expect !== 'exact';
  let sent = 0;
  return steps.flatMap((step, at): TcpRule[] => {
    if (step.kind === 'connect') return [{ kind: 'connect', linger, comment: step.comment }];
    if (step.kind === 'send') {
      sent = at;
      return rulesOf([step]);
    }
    // The end of a reply is waited for by patterns alone.
    if (step.captured === undefined) return [];
    // Where not even the first byte is the same in every sample a pattern alone can say it.
    if (form.expect === 'prefix' && isModern(form) && step.captured.prefix.length === 0) return rulesOf([step]);
    const behindNul = !isModern(form) && keepsNul(steps.slice(0, sent));
    return [{ ...plainExpect(step.captured, form, behindNul), comment: step.comment }];
  });
}

/** Before 2.2 a send drops the reply before it only if that does not begin with NUL, and a regular expression stops at NUL. */
const keepsNul = (before: readonly Step[]): boolean =>
  before.some((step) => step.kind === 'expect' && step.captured?.bytes[0] === 0);

/** What is looked for without patterns: bytes anywhere in the reply; of an HTTP response its status line, at the start if it is what comes first. */
function plainExpect({ prefix, bytes, http }: CapturedMessage, { expect }: Form, behindNul: boolean): ExpectRule {
  const rule = { kind: 'expect', minReceived: undefined, inverse: false } as const;
  if (http !== undefined) {
    const version = Buffer.from(bytes.subarray(0, 'HTTP/1.1'.length)).toString('latin1');
    const shortest = 'HTTP/1.1 204'.length;
    // Of several statuses a string is but one.
    if (behindNul) return { ...rule, match: 'string', pattern: `${version} ${http.statuses[0]?.[0]}`, shortest };
    const start = `${http.first ? '^' : ''}${expect === 'exact' ? version : 'HTTP/1\\.[01]'}`;
    return { ...rule, match: 'rstring', pattern: `${start} ${textRegex(statusPattern(http.statuses))}`, shortest };
  }
  const wanted = expect === 'exact' || prefix.length === 0 ? bytes : prefix;
  return { ...rule, match: 'binary', pattern: Buffer.from(wanted).toString('latin1'), shortest: wanted.length };
}

/** One send a turn; as text an HTTP head in one send a line. */
function sendRules(rule: SendRule, { send }: Form): SendRule[] {
  if (send === 'binary') return [{ ...rule, as: 'binary' }];
  const text = Buffer.from(rule.bytes).toString('latin1');
  const head =
    send === 'text' ? /^[!-~]+ [^\r\n]+ HTTP\/1\.[01]\r?\n(?:[^\r\n]+\r?\n)*\r?\n/.exec(text)?.[0] : undefined;
  if (head === undefined) return [rule];
  const { secrets = [] } = rule;
  const ends = [...head.matchAll(/\n/g)].map(({ index }) => index + 1);
  const cuts = [0, ...ends, ...(text.length > head.length ? [text.length] : [])];
  return cuts.slice(1).map((to, at) => {
    const from = cuts[at] as number;
    const own = secrets
      .filter(({ start, length }) => start < to && start + length > from)
      .map((secret) => ({ ...secret, start: secret.start - from }));
    const comment = at === 0 ? rule.comment : undefined;
    const bytes = rule.bytes.subarray(from, to);
    return { kind: 'send', bytes, secrets: own, ...(comment !== undefined && { comment }) };
  });
}

function caveatsOf({ steps }: Check, form: Form): string[] {
  const caveats: string[] = [];
  const plain = form.expect !== 'anchored' || !isModern(form);
  if (!isModern(form))
    caveats.push(`HAProxy ${form.dialect} has no rbinary and no min-recv: bytes are searched for anywhere in a reply`);
  else if (form.expect === 'prefix') caveats.push('expect binary finds its bytes anywhere in a reply, a refusal too');
  if (form.expect === 'exact')
    caveats.push(
      'the exact reply is looked for: where a server answers otherwise the next time, it is taken for broken',
    );
  if (plain) {
    caveats.push('a wrong reply is waited on until the timeout');
    if (steps.filter(({ kind }) => kind === 'send').length > 1)
      caveats.push('nothing waits for the end of a reply: one that comes in pieces is taken for broken');
  }
  if (
    !isModern(form) &&
    steps.some((step, at) => step.kind === 'expect' && step.captured?.http && keepsNul(steps.slice(0, at)))
  )
    caveats.push(
      `HAProxy ${form.dialect} keeps a reply that begins with 00, behind which no regular expression looks: one status line is searched for, anywhere`,
    );
  return caveats;
}
