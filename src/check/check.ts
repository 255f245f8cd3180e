import { isText } from '../bytes/printable.ts';
import type { Warning } from '../capture/warning.ts';
import { bannerTitle } from '../protocol/banner/codes.ts';
import { type Asserted, type Assertion, assertionOf } from './assert.ts';
import type { Exchange, ReplyMessage, SentRequest } from './exchange.ts';
import { type AssertedObservation, isAsserted } from './observe.ts';
import type { Pattern } from './pattern.ts';
import { hasOneLength, minLength } from './pattern.ts';
import { redisLikeness } from './redis.ts';
import type { Sample } from './sample.ts';
import { type StatusRange, statusText } from './status.ts';
import type { CapturedMessage, ExpectStep, SendStep, Step } from './step.ts';
import { unwantedBehind } from './unwanted.ts';

/** Where a check comes from. */
interface SampleOrigin {
  readonly stream: number;
  readonly frames: readonly number[];
}

/** A health check: steps as data, and what they stand on. */
export interface Check {
  /** Those whose dialogues are its samples, in order of appearance. */
  readonly servers: readonly Sample['server'][];
  readonly layers: Sample['layers'];
  readonly destination: string | undefined;
  /** What is asked, in words. */
  readonly title: string;
  readonly steps: readonly Step[];
  /** What each send asks, for comparison. */
  readonly asked: readonly string[];
  /** What the server of the first sample said: its greeting, which is mostly nothing, then its reply to each send. */
  readonly replies: readonly (readonly ReplyMessage[])[];
  /** How many dialogues it stands on; `samples` names the first of them. */
  readonly sampleCount: number;
  readonly samples: readonly SampleOrigin[];
  /** Milliseconds from the first frame of a dialogue to the last byte asserted. */
  readonly measured: { readonly fastest: number; readonly slowest: number };
  /** Seconds that the whole check may take. */
  readonly timeout: number;
  /** HTTP statuses that the samples were answered with. */
  readonly statuses: readonly number[];
  /** Those that are taken of the last response, where the user says so. */
  readonly accepted: readonly StatusRange[] | undefined;
  /** What the capture lacks of what is sent: the server cannot be simulated on it. */
  readonly lacks: readonly string[];
  /** What the check cannot promise, each a sentence without a final stop. */
  readonly caveats: readonly Warning[];
}

/** Like dialogues: what they send through which layers, to whichever server. Samples with one key make one check. */
export function keyOf(sample: Sample): string {
  if (sample.layers.at(-1) !== 'unknown') return familyOf(sample);
  // Whether they are like shows when all are read.
  return JSON.stringify([familyOf(sample), openingOf(sample).slice(0, 1), sample.hungUp !== undefined]);
}

/** What dialogues of one family send, and the kinds of the replies. */
export function familyOf({ layers, exchanges }: Sample): string {
  const sent = exchanges.map(({ request }) => request?.likeness ?? '');
  const replies = exchanges.map(({ reply }) =>
    reply.flatMap(({ observation }) => (isAsserted(observation) ? likenessOf(observation) : [])),
  );
  return JSON.stringify([layers, sent, replies]);
}

/** How the last reply begins, where its protocol is not known and it is text. */
export function openingOf({ exchanges }: Sample): string {
  const observation = exchanges.at(-1)?.reply.at(-1)?.observation;
  return observation?.kind === 'data' && isText(observation.head)
    ? Buffer.from(observation.head).toString('latin1')
    : '';
}

/** Replies of one kind are alike; of HTTP those with one status: a redirect is no sample of a 204. */
function likenessOf(observation: AssertedObservation): string {
  const { kind } = observation;
  if (kind === 'HTTP response')
    return `${kind} ${observation.accepted ? statusText(observation.accepted) : observation.status}`;
  return kind === 'Redis reply' ? `${kind} ${redisLikeness(observation)}` : kind;
}

/**
 * Composes the check that like samples allow. The first one says what is sent. `count` is how many there were in all,
 * `servers` are those that they talked to, `more` is what else it cannot promise.
 */
export function composeCheck(
  samples: readonly [Sample, ...Sample[]],
  count: number,
  servers: Check['servers'] = [samples[0].server],
  more: readonly Warning[] = [],
): Check {
  const [first] = samples;
  const caveats: Warning[] = isUnread(first) ? [NOT_RECOGNIZED] : [];
  const weak: { readonly reply: number; readonly why: Warning }[] = [];
  const greeted = first.exchanges[0]?.request === undefined;
  const steps: Step[] = [{ kind: 'connect', comment: 'tcp' }];
  first.exchanges.forEach(({ request }, at) => {
    if (request !== undefined) steps.push(sendStep(request));
    if (request?.doubt !== undefined) caveats.push(request.doubt);
    const replies = samples.map(({ exchanges }) => assertedIn(exchanges[at]));
    const followed = at + 1 < first.exchanges.length;
    const expected = expectSteps(replies, followed);
    steps.push(...expected.steps);
    weak.push(...expected.weak.map((why) => ({ reply: greeted ? at : at + 1, why })));
  });
  const durations = samples.map(({ duration }) => duration);
  const measured = { fastest: Math.min(...durations), slowest: Math.max(...durations) };
  const { layers, destination } = first;
  const lacks = first.lacks.map((message): Warning => ({ code: 'request-incomplete', message }));
  return {
    servers,
    layers,
    destination,
    title: titleOf(first),
    steps,
    asked: askedBy(first),
    replies: [...(first.exchanges[0]?.request ? [[]] : []), ...repliesOf(samples)],
    sampleCount: count,
    samples: samples.map(({ stream, frames }) => ({ stream, frames })),
    measured,
    timeout: timeoutFor(measured.slowest),
    statuses: [...new Set(samples.flatMap(statusesOf))],
    accepted: first.exchanges.flatMap(({ reply }) => reply.flatMap(acceptedBy)).at(-1),
    lacks: first.lacks,
    caveats: [...lacks, ...caveats, ...(weak.length > 1 ? weak.map(numbered) : weak.map(({ why }) => why)), ...more],
  };
}

/** Replies are numbered as the proof numbers them: 0 is what the server says first. */
const numbered = ({ reply, why }: { readonly reply: number; readonly why: Warning }): Warning => ({
  code: why.code,
  message: `reply ${reply}: ${why.message.replace(/^the reply's/, 'its')}`,
});

/** What the check comes down to: a greeting, or the last request. */
function titleOf({ exchanges }: Sample): string {
  const observation = exchanges.at(-1)?.reply.at(-1)?.observation;
  if (observation?.kind === 'banner') return bannerTitle(observation.protocol, observation.opening);
  const request = exchanges.findLast((exchange) => exchange.request !== undefined)?.request;
  return request?.comment.replace(/^rest of /, '') ?? 'what the server says first';
}

/** What a dialogue asks, request by request. */
export const askedBy = ({ exchanges }: Pick<Sample, 'exchanges'>): string[] =>
  exchanges.flatMap(({ request }) => (request === undefined ? [] : [request.likeness]));

/** Is there no protocol that would tell a success from a failure? */
const isUnread = ({ layers }: Sample): boolean =>
  layers.every((protocol) => protocol === 'unknown' || protocol === 'proxy-protocol');

const NOT_RECOGNIZED: Warning = {
  code: 'not-recognized',
  message: 'no protocol is recognized: whether what was captured was a success is not known',
};

/** The replies of the first sample. Where others say more before a status line, the server is known to do so. */
function repliesOf(samples: readonly [Sample, ...Sample[]]): ReplyMessage[][] {
  const [first] = samples;
  return first.exchanges.map(({ reply }, at) => {
    let index = 0;
    return reply.map((message) => {
      const { observation } = message;
      if (!isAsserted(observation)) return message;
      const like = samples.map(({ exchanges }) => assertedIn(exchanges[at])[index]?.observation);
      index++;
      if (observation.kind !== 'HTTP response') return message;
      const preamble = [...new Set(like.flatMap((each) => (each?.kind === 'HTTP response' ? each.preamble : [])))];
      return { ...message, observation: { ...observation, preamble } };
    });
  });
}

const assertedIn = (exchange: Exchange | undefined): ReplyMessage[] =>
  (exchange?.reply ?? []).filter(({ observation }) => isAsserted(observation));

const statusesOf = ({ exchanges }: Sample): number[] =>
  exchanges.flatMap(({ reply }) =>
    reply.flatMap(({ observation }) => (observation.kind === 'HTTP response' ? [observation.status] : [])),
  );

const acceptedBy = ({ observation }: ReplyMessage): (readonly StatusRange[])[] =>
  observation.kind === 'HTTP response' && observation.accepted ? [observation.accepted] : [];

function sendStep({ bytes, comment, secrets }: SentRequest): SendStep {
  return { kind: 'send', bytes, comment, secrets };
}

/**
 * The expects for one reply. Its messages share the target's buffer, which only a send empties: each message is asserted by what decides
 * (of fixed length, so that a mismatch is final once so many bytes are in), behind the whole of the messages before it.
 * If another send follows, the reply has to be in to its last byte: what comes later would be taken for the answer to that send.
 */
function expectSteps(
  replies: readonly (readonly ReplyMessage[])[],
  followed: boolean,
): { readonly steps: ExpectStep[]; readonly weak: Warning[] } {
  const steps: ExpectStep[] = [];
  const weak: Warning[] = [];
  const count = Math.min(...replies.map((reply) => reply.length));
  let before: Pattern = [];
  let text = true;
  for (let at = 0; at < count; at++) {
    const messages = replies.map((reply) => reply[at] as ReplyMessage);
    const assertion = assertionOf(messages.map(({ observation }) => observation).filter(isAsserted));
    if (assertion.weakness !== undefined) weak.push(assertion.weakness);
    text &&= assertion.text;
    const { outcome, shared, whole } = assertion;
    const last = at + 1 === count;
    const { pattern: preamble = [], starts = [] } = assertion.preamble ?? {};
    before = [...before, ...preamble];
    const captured = capturedMessage(messages[0] as ReplyMessage, assertion, before.length === 0);
    const decides = hasOneLength(before);
    const expect = ({ pattern: own, comment }: Asserted, final: boolean, shown?: CapturedMessage): void => {
      const pattern = [...before, ...own];
      const minReceived = final ? minLength(pattern) : undefined;
      steps.push({
        kind: 'expect',
        pattern,
        text,
        minReceived,
        unwanted: false,
        comment,
        ...(shown && { captured: shown }),
      });
    };
    const end = last && (followed || assertion.untilEnd === true) ? whole : undefined;
    // Behind a message of no fixed length it cannot be said how many bytes decide, but what cannot stand there.
    const unwanted = decides ? undefined : unwantedBehind(before, [...starts, outcome.pattern], text);
    if (unwanted !== undefined) {
      const minReceived = minLength(unwanted);
      steps.push({ kind: 'expect', pattern: unwanted, text, minReceived, unwanted: true, comment: outcome.comment });
    }
    const implied = unwanted !== undefined && end !== undefined && (assertion.untilEnd === true || preamble.length > 0);
    if (!implied) expect(outcome, decides && hasOneLength(outcome.pattern), captured);
    if (shared !== undefined && !end?.decides) expect(shared, decides);
    if (end !== undefined) expect(end, decides && end.decides === true, implied ? captured : undefined);
    if (followed && last && assertion.openEnd) weak.push(OPEN_END);
    const complete = whole ?? shared ?? outcome;
    before = [...before, ...complete.pattern];
  }
  return { steps, weak };
}

const OPEN_END: Warning = {
  code: 'open-end',
  message:
    'where the reply ends is not known: if it comes in pieces, the rest of it may be taken for the answer to the next send',
};

function capturedMessage(
  { observation, bytes }: ReplyMessage,
  { prefix, outcome }: Assertion,
  first: boolean,
): CapturedMessage {
  const [head] = outcome.pattern;
  const begins = prefix ?? (head?.kind === 'literal' ? head.bytes : new Uint8Array(0));
  if (observation.kind !== 'HTTP response') return { prefix: begins, bytes, http: undefined };
  const { status, accepted = [[status, status]] } = observation;
  return { prefix: begins, bytes, http: { statuses: accepted, first } };
}

/** A lost SYN costs 1 s, a second one 2 s more (RFC 6298 §2.1, §5.5): a check must not fail for that. */
const LEAST_TIMEOUT = 3;
/** How much slower than the slowest sample a healthy server may become. */
const HEADROOM = 10;

const timeoutFor = (slowest: number): number => Math.max(LEAST_TIMEOUT, Math.ceil((HEADROOM * slowest) / 1000));
