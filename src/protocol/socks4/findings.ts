import { addressKind, addressText } from '../../bytes/address.ts';
import { closedLater } from '../../conversation/conversation.ts';
import { endOfTurn, type LayerContext, type LayerReading, otherProtocol } from '../layer.ts';
import { REQUEST_VERSION, RESULT } from './codes.ts';
import type { Socks4Message, Socks4Reply, Socks4Request } from './message.ts';
import type { Socks4Finding } from './quirks.ts';

/** The server closes "immediately" behind a refusal: milliseconds that this may take. */
const MAY_LINGER = 1000;
const REPLY_LENGTH = 8;

/** The quirks that a handshake shows by itself. */
export function socks4Findings(reading: LayerReading<Socks4Message>, context: LayerContext): Socks4Finding[] {
  const request = reading.messages.find((message) => message.kind === 'request');
  const reply = reading.messages.find((message) => message.kind === 'reply');
  if (request === undefined) return [];
  if (reply !== undefined) return replyFindings(reply, request, context);
  const { server } = context.place;
  const answer = context.streams.server.subarray(server, endOfTurn(context, server));
  if (answer.length < 2 || reading.outcome.kind !== 'unreadable') return [];
  return [answerFinding(answer, server)];
}

function answerFinding(answer: Uint8Array, offset: number): Socks4Finding {
  const place = { side: 'server', offset, length: Math.min(answer.length, REPLY_LENGTH) } as const;
  const other = otherProtocol(answer);
  if (other === 'http') return { ...place, code: 'socks4-http-answer' };
  if (other === 'socks5') return { ...place, code: 'socks4-socks5-answer' };
  const [version, result = 0] = answer;
  if (version !== 0 && version !== REQUEST_VERSION) return { ...place, code: 'socks4-unreadable-answer' };
  return byte('socks4-unassigned-result', offset + 1, 'CD', hex(result));
}

function replyFindings(reply: Socks4Reply, request: Socks4Request, context: LayerContext): Socks4Finding[] {
  const { version, result, start, end } = reply;
  const findings: Socks4Finding[] = [];
  if (version !== 0) findings.push(byte('socks4-reply-version', start, 'VN', hex(version)));
  const length = end - start;
  if (length < REPLY_LENGTH)
    findings.push({ code: 'socks4-short-refusal', side: 'server', offset: start, length, detail: `${length} bytes` });
  findings.push(...boundFindings(reply, request, context));
  const ending = closedLater(context.conversation, start);
  if (result !== RESULT.granted && ending !== undefined && ending.after > MAY_LINGER) {
    const detail = `${(ending.after / 1000).toFixed(1)} s, then the ${ending.side} closed`;
    const place = { side: 'server', offset: end, length: 0, frame: ending.frame } as const;
    findings.push({ ...place, code: 'socks4-refusal-left-open', detail });
  }
  return findings;
}

function boundFindings({ fields }: Socks4Reply, request: Socks4Request, { streams }: LayerContext): Socks4Finding[] {
  const field = fields.find(({ name }) => name === 'DSTIP');
  const asked = request.fields.find(({ name }) => name === 'DSTIP');
  if (field === undefined || asked === undefined) return [];
  const bytesOf = (bytes: Uint8Array, { start, length }: typeof field) => bytes.subarray(start, start + length);
  const bound = addressText(bytesOf(streams.server, field));
  const place = { side: 'server', offset: field.start, length: field.length, field: 'DSTIP', detail: bound } as const;
  const findings: Socks4Finding[] = [];
  const kind = addressKind(bound);
  if (kind !== 'public') findings.push({ ...place, code: `socks4-bound-${kind}` });
  if (bound === addressText(bytesOf(streams.client, asked)))
    findings.push({ ...place, code: request.named ? 'socks4-bound-placeholder' : 'socks4-bound-destination' });
  return findings;
}

const byte = (code: Socks4Finding['code'], offset: number, field: string, detail: string): Socks4Finding => ({
  code,
  side: 'server',
  offset,
  length: 1,
  field,
  detail,
});

const hex = (value: number): string => value.toString(16).padStart(2, '0');
