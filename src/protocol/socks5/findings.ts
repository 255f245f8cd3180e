import { addressKind } from '../../bytes/address.ts';
import { closedLater, runAt } from '../../conversation/conversation.ts';
import { endOfTurn, type LayerContext, type LayerReading, otherProtocol } from '../layer.ts';
import { ADDRESS_TYPE, code, METHOD, PASSWORD_VERSION, REPLY, STATUS_SUCCESS, VERSION } from './codes.ts';
import type { Greeting, MethodSelection, PasswordStatus, Reply, Request, Socks5Message } from './message.ts';
import type { Socks5Finding } from './quirks.ts';

/** Bytes of evidence of what should not be there. */
const SHOWN = 16;
/** RFC 1928 §6: a connection must be terminated no more than 10 seconds behind a failure. */
const MAY_LINGER = 10_000;
const MAX_REPLY = REPLY.addressTypeNotSupported;
const FORMS: ReadonlySet<number> = new Set(Object.values(ADDRESS_TYPE));

/** The quirks that a handshake shows by itself. */
export function socks5Findings(reading: LayerReading<Socks5Message>, context: LayerContext): Socks5Finding[] {
  const { messages, outcome } = reading;
  const greeting = messages.find((message) => message.kind === 'greeting');
  const request = messages.find((message) => message.kind === 'request');
  const heard = messages.findLast(({ side }) => side === 'server');
  const findings = messages.flatMap((message) => messageFindings(message, { greeting, request, context }));
  if (request !== undefined) {
    const at = heard?.kind === 'reply' ? heard.start : (heard?.end ?? context.place.server);
    findings.push(...replyFindings(context.streams.server.subarray(0, endOfTurn(context, at)), at));
  } else if (heard === undefined && outcome.kind === 'unreadable' && outcome.place.side === 'server')
    findings.push(unreadable(context.streams.server.subarray(context.place.server), context.place.server));
  if (outcome.kind === 'refused' && heard?.kind === 'reply') findings.push(...lingering(heard, context));
  return findings;
}

function messageFindings(
  message: Socks5Message,
  {
    greeting,
    request,
    context,
  }: { greeting: Greeting | undefined; request: Request | undefined; context: LayerContext },
): Socks5Finding[] {
  switch (message.kind) {
    case 'method selection':
      return selectionFindings(message, greeting, context);
    case 'password status':
      return statusFindings(message, context);
    case 'reply':
      return message.boundAddress === undefined ? [] : boundFindings(message, message.boundAddress, request);
    case 'greeting':
    case 'password request':
    case 'request':
      return [];
  }
}

function selectionFindings(
  { version, method, start }: MethodSelection,
  greeting: Greeting | undefined,
  context: LayerContext,
): Socks5Finding[] {
  const findings: Socks5Finding[] = [];
  if (version !== VERSION) findings.push(byte('socks5-selection-version', start, 'VER', code(version)));
  if (method !== METHOD.noneAcceptable) {
    if (greeting === undefined || greeting.methods.includes(method)) return findings;
    const detail = `${code(method)}, offered ${greeting.methods.map(code).join(' ')}`;
    return [...findings, byte('socks5-method-not-offered', start + 1, 'METHOD', detail)];
  }
  const length = endOfTurn(context, start) - start;
  if (length > 2) {
    const more = { side: 'server', offset: start + 2, length: Math.min(length - 2, SHOWN) } as const;
    findings.push({ code: 'socks5-long-refusal', ...more, detail: `${length} bytes` });
  }
  if (heardInPart(start, context))
    findings.push(byte('socks5-split-greeting-refused', start + 1, 'METHOD', code(method)));
  const ending = closedLater(context.conversation, start);
  if (ending?.side === 'server')
    findings.push({
      code: 'socks5-closes-after-refusal',
      side: 'server',
      offset: start + 2,
      length: 0,
      frame: ending.frame,
    });
  return findings;
}

/** Had only a part of the greeting arrived when the server spoke? */
function heardInPart(offset: number, { conversation, streams, place }: LayerContext): boolean {
  const heard = (runAt(conversation.server.bytes, offset)?.acknowledged ?? 0) - place.client;
  const count = streams.client[place.client + 1] ?? 1;
  return heard > 0 && heard < 2 + count;
}

function statusFindings({ version, status, start }: PasswordStatus, context: LayerContext): Socks5Finding[] {
  const findings: Socks5Finding[] = [];
  if (version !== PASSWORD_VERSION) findings.push(byte('socks5-status-version', start, 'VER', code(version)));
  if (status !== STATUS_SUCCESS && status !== 1)
    findings.push(byte('socks5-odd-status', start + 1, 'STATUS', code(status)));
  const more = endOfTurn(context, start) - start - 2;
  // What they say may repeat the password: they are counted, not shown.
  if (more > 0)
    findings.push({
      code: 'socks5-text-after-status',
      side: 'server',
      offset: start + 2,
      length: 0,
      detail: `${more} bytes`,
    });
  return findings;
}

/** The fixed part of a reply, which stands in `bytes` from `start` on, whether or not it could be decoded. */
function replyFindings(bytes: Uint8Array, start: number): Socks5Finding[] {
  const [version, reply, reserved, type] = bytes.subarray(start, start + 4);
  if (version === undefined || reply === undefined) return [];
  if (version !== VERSION && reply > MAX_REPLY) return [unreadable(bytes.subarray(start), start)];
  const findings: Socks5Finding[] = [];
  if (version !== VERSION) findings.push(byte('socks5-reply-version', start, 'VER', code(version)));
  if (reply > MAX_REPLY) findings.push(byte('socks5-unassigned-reply', start + 1, 'REP', code(reply)));
  if (reserved !== undefined && reserved !== 0)
    findings.push(byte('socks5-rsv-not-zero', start + 2, 'RSV', code(reserved)));
  const length = bytes.length - start;
  if (type !== undefined && !FORMS.has(type))
    findings.push(byte('socks5-reply-address-type', start + 3, 'ATYP', code(type)));
  else if (reply !== REPLY.succeeded && length < formLength(type, bytes[start + 4]))
    findings.push({ code: 'socks5-short-reply', side: 'server', offset: start, length, detail: `${length} bytes` });
  return findings;
}

/** How long a reply of this form is: VER, REP, RSV, ATYP, the address, the port. */
function formLength(type: number | undefined, domainLength = 0): number {
  if (type === ADDRESS_TYPE.ipv6) return 22;
  return type === ADDRESS_TYPE.domain ? 7 + domainLength : 10;
}

function boundFindings(
  { fields }: Reply,
  bound: NonNullable<Reply['boundAddress']>,
  request: Request | undefined,
): Socks5Finding[] {
  const field = fields.find(({ name }) => name === 'BND.ADDR');
  if (field === undefined) return [];
  const place = { side: 'server', offset: field.start, length: field.length, field: 'BND.ADDR' } as const;
  const findings: Socks5Finding[] = [];
  const asked = request?.address;
  if (bound.type === ADDRESS_TYPE.domain) findings.push({ ...place, code: 'socks5-bound-domain' });
  else {
    const kind = addressKind(bound.text);
    if (kind !== 'public') findings.push({ ...place, code: `socks5-bound-${kind}`, detail: bound.text });
    if (asked !== undefined && asked.type !== ADDRESS_TYPE.domain && asked.type !== bound.type) {
      const detail = `${bound.text} for ${asked.text}`;
      findings.push({ ...place, code: 'socks5-bound-other-family', detail });
    }
  }
  if (asked !== undefined && asked.type === bound.type && asked.text === bound.text)
    findings.push({ ...place, code: 'socks5-bound-destination', detail: bound.text });
  return findings;
}

function unreadable(answer: Uint8Array, offset: number): Socks5Finding {
  const code = otherProtocol(answer) === 'http' ? 'socks5-http-answer' : 'socks5-unreadable-answer';
  return { code, side: 'server', offset, length: Math.min(answer.length, 8) };
}

function lingering({ start, end }: Reply, { conversation }: LayerContext): Socks5Finding[] {
  const ending = closedLater(conversation, start);
  if (ending === undefined || ending.after <= MAY_LINGER) return [];
  const detail = `${(ending.after / 1000).toFixed(1)} s, then the ${ending.side} closed`;
  return [{ code: 'socks5-refusal-left-open', side: 'server', offset: end, length: 0, frame: ending.frame, detail }];
}

const byte = (code: Socks5Finding['code'], offset: number, field: string, detail: string): Socks5Finding => ({
  code,
  side: 'server',
  offset,
  length: 1,
  field,
  detail,
});
