import { type Conversation, elapsed, firstToClose, isWhole, runAt, type Side } from './conversation.ts';
import type { Finding, Quirk } from './quirk.ts';

/** What can be odd about a server's half of a TCP connection, whatever it carries. */
export const TCP_QUIRKS = {
  'tcp-close-before-request': {
    title: 'closes before the client has said anything',
    spec: 'RFC 9293 §3.6',
    severity: 'deviation',
    clients: 'An empty reply; nothing tells an overloaded server from one that denies the client.',
    checks: 'A check that only connects calls it up.',
  },
  'tcp-close-without-reply': {
    title: 'ends with FIN where a reply is due',
    spec: 'RFC 9293 §3.6',
    severity: 'deviation',
    clients: 'No reason is given: it looks like a crash of the server.',
    checks: 'Fails at once, as "connection closed", which does not tell causes apart.',
  },
  'tcp-reset-without-reply': {
    title: 'ends with RST where a reply is due',
    spec: 'RFC 9293 §3.5.2',
    severity: 'deviation',
    clients: 'No reason is given, and what was in flight is lost.',
    checks: 'Fails at once, as a socket error.',
  },
  'tcp-silence': {
    title: 'says nothing for a second or more where a reply is due',
    spec: 'RFC 9293 §3.10.7',
    severity: 'deviation',
    clients: 'They wait for a time-out of their own.',
    checks: 'Only the time-out of the check ends it: choose that with care.',
  },
  'tcp-reset-after-reply': {
    title: 'ends with RST behind its reply',
    spec: 'RFC 9293 §3.6',
    severity: 'deviation',
    clients: 'A reset may overtake the reply: its last bytes can be lost.',
    checks: 'A reply that was not yet read is lost with it: the check flaps.',
  },
  'tcp-speaks-first': {
    title: 'speaks before the client does, in a protocol where the client speaks first',
    spec: 'RFC 1928 §3, RFC 9112 §3',
    severity: 'violation',
    clients: 'What was said first is taken for the reply to the first request.',
    checks: 'Expect the greeting before the first send, or it satisfies the wrong step.',
  },
  'tcp-reply-before-request': {
    title: 'replies before the request has arrived',
    spec: 'RFC 1928 §3, §6',
    severity: 'deviation',
    clients: 'The reply cannot be about the request.',
    checks: 'A send may drop the reply that came too early.',
  },
  'tcp-reply-in-pieces': {
    title: 'sends a short reply in several segments',
    spec: 'RFC 9293 §3.7',
    severity: 'habit',
    clients: 'One that reads once sees part of the reply.',
    checks: 'Anchor on the bytes that decide, and wait for the whole reply before the next send.',
  },
  'tcp-reply-trickled': {
    title: 'lets a short reply trickle in, byte by byte or over 200 ms and more',
    spec: 'RFC 9293 §3.7.4',
    severity: 'habit',
    clients: 'One that reads once sees its first bytes only.',
    checks: 'Set min-recv to the bytes that decide; the time-out has to allow for the rest.',
  },
  'tcp-reply-with-tunnel-data': {
    title: 'sends its reply and the first bytes of the tunnel in one segment',
    spec: 'RFC 9293 §3.7',
    severity: 'habit',
    clients: 'One that drops what it read behind the reply loses the start of the tunnel.',
    checks: 'A pattern that ends behind the reply fails: leave its end open.',
  },
  'tcp-retransmissions': {
    title: 'sends bytes again that had been captured before',
    spec: 'RFC 6298 §5',
    severity: 'habit',
    clients: 'Loss on the way, or a capture that records each packet twice: replies take longer.',
    checks: 'A lost SYN costs a second: a time-out below three seconds calls it down.',
  },
  'tcp-late-fin': {
    title: "answers the client's FIN a second or more later",
    spec: 'RFC 9293 §3.6',
    severity: 'habit',
    clients: 'Ports stay taken for longer.',
    checks: 'None for a check that ends with RST (connect linger); others leave connections behind.',
  },
} as const satisfies Record<string, Quirk>;

export type TcpFinding = Finding<keyof typeof TCP_QUIRKS>;

/** Milliseconds of waiting that are no delay of the network. */
const LONG = 1000;
/** Milliseconds between the pieces of one reply that no network puts there without loss (RFC 6298 §2.4 has 1 s, Linux 200 ms). */
const SLOW = 200;
/** Bytes of evidence of what may be anything. */
const SHOWN = 4;
/** Every host takes segments of as many bytes (RFC 9293 §3.7.1): shorter replies need not be cut. */
const SHORT = 536;

/** What the ends and repetitions of a conversation show; `replied`: did the server say anything? */
export function connectionFindings(conversation: Conversation): TcpFinding[] {
  const findings: TcpFinding[] = [];
  const { client, server } = conversation;
  const offset = server.bytes.length;
  const ending = firstToClose(conversation);
  const silent = client.bytes.length === 0 && server.bytes.length === 0;
  if (silent && ending?.side === 'server' && server.bytes.fromStart && isWhole(conversation))
    findings.push({ ...at(ending.frame, 0), code: 'tcp-close-before-request', detail: ending.by });
  if (!silent && ending?.side === 'server' && ending.by === 'RST' && server.bytes.length > 0)
    findings.push({ ...at(ending.frame, offset), code: 'tcp-reset-after-reply' });
  const { repeated, closed } = server.bytes.traces ?? {};
  if (repeated !== undefined) {
    const detail = `${repeated.count} ${repeated.count === 1 ? 'frame' : 'frames'}`;
    findings.push({ ...at(repeated.frame, 0), code: 'tcp-retransmissions', detail });
  }
  const clientClosed = client.bytes.traces?.closed;
  if (ending?.side === 'client' && ending.by === 'FIN' && server.bytes.closed?.by === 'FIN' && closed && clientClosed) {
    const late = elapsed(clientClosed, closed);
    if (late >= LONG)
      findings.push({ ...at(server.bytes.closed.frame, offset), code: 'tcp-late-fin', detail: ms(late) });
  }
  return findings;
}

/** How a reply that was due did not come: the client had said `said` bytes, the server `offset`. */
export function noReplyFinding(conversation: Conversation, said: number, offset: number): TcpFinding | undefined {
  const how = missingReply(conversation, said, offset);
  if (how === undefined) return undefined;
  const place = at(how.frame, offset);
  switch (how.kind) {
    case 'FIN':
      return { ...place, code: 'tcp-close-without-reply' };
    case 'RST':
      return { ...place, code: 'tcp-reset-without-reply' };
    case 'silence':
      return { ...place, code: 'tcp-silence', detail: `${ms(how.waited)}, then the client gave up` };
  }
}

/** What came instead of a reply: the server's end, or nothing until the client gave up. Undefined where the capture does not tell. */
export type MissingReply =
  | { readonly kind: 'FIN' | 'RST'; readonly frame: number }
  | { readonly kind: 'silence'; readonly frame: number; readonly waited: number };

export function missingReply(conversation: Conversation, said: number, offset: number): MissingReply | undefined {
  const { client, server } = conversation;
  if (!isWhole(conversation) || server.bytes.length > offset) return undefined;
  const ending = firstToClose(conversation);
  if (ending?.side === 'server') return { kind: ending.by, frame: ending.frame };
  const [last, gaveUp] = [runAt(client.bytes, said - 1), client.bytes.traces?.closed];
  if (ending === undefined || last === undefined || gaveUp === undefined) return undefined;
  const waited = elapsed(last, gaveUp);
  return waited >= LONG ? { kind: 'silence', frame: ending.frame, waited } : undefined;
}

/** In how many segments a short message of the server came, and how slowly. */
export function pieceFinding(conversation: Conversation, start: number, end: number): TcpFinding | undefined {
  const { runs } = conversation.server.bytes;
  const stop = Math.min(end, start + SHORT);
  const pieces = runs.filter((run) => run.start < stop && run.end > start);
  const [first, second] = pieces;
  const last = pieces.at(-1);
  if (first === undefined || second === undefined || last === undefined) return undefined;
  const took = elapsed(first, last);
  const inOrder = pieces.every(({ frame }, index) => index === 0 || frame > (pieces[index - 1]?.frame ?? 0));
  const singles = pieces.length > 2 && pieces.every((run) => run.end - run.start === 1);
  const place = { side: 'server', offset: second.start, length: Math.min(second.end - second.start, SHOWN) } as const;
  const detail = `${pieces.length} segments${took >= SLOW ? ` in ${ms(took)}` : ''}`;
  return {
    ...place,
    code: inOrder && (singles || took >= SLOW) ? 'tcp-reply-trickled' : 'tcp-reply-in-pieces',
    detail,
  };
}

/** Did one segment carry the end of the reply and the start of the tunnel? */
export function joinedFinding({ server }: Conversation, tunnel: number): TcpFinding | undefined {
  const run = runAt(server.bytes, tunnel);
  if (run === undefined || run.start >= tunnel) return undefined;
  const length = Math.min(run.end - tunnel, SHOWN);
  return {
    code: 'tcp-reply-with-tunnel-data',
    side: 'server',
    offset: tunnel,
    length,
    detail: `${run.end - tunnel} bytes`,
  };
}

/** Had the server received nothing of the request that starts at `asked` when it sent the reply at `offset`? */
export function earlyFinding({ server }: Conversation, asked: number, offset: number): TcpFinding | undefined {
  const run = runAt(server.bytes, offset);
  if (run === undefined || run.acknowledged === 0 || run.acknowledged > asked) return undefined;
  return { code: 'tcp-reply-before-request', side: 'server', offset, length: 1 };
}

const at = (frame: number, offset: number) => ({ side: 'server' as Side, offset, length: 0, frame });

/** `3.2 ms`, `3.0 s`. */
export const ms = (duration: number): string =>
  duration < LONG ? `${duration.toFixed(1)} ms` : `${(duration / 1000).toFixed(1)} s`;
