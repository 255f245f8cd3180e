import { ByteReader, DecodeError } from '../bytes/reader.ts';
import type { Check } from '../check/check.ts';
import { type StatusRange, statusText } from '../check/status.ts';
import type { SendStep } from '../check/step.ts';
import { decodeRequest, type HttpRequest } from '../protocol/http/message.ts';
import { BODILESS, type HttpCheck } from './http-rule.ts';

/** HAProxy composes the request in a buffer of 16384 bytes: 16100 went out, 16250 did not (2.6). */
const MAX_LENGTH = 15_000;
/** Of 64 words a line `http-check send meth M uri U ver V comment C` leaves 54 for `hdr NAME VALUE`. */
const MAX_HEADERS = 18;

/**
 * The check as an http-check: one request, made anew by HAProxy, and the status of its answer. A sentence where http-check cannot say what was
 * captured: the reason why it has to be tcp-check.
 */
export function httpCheckOf({ layers, steps, replies, lacks, statuses, accepted }: Check): HttpCheck | string {
  const sends = steps.filter((step) => step.kind === 'send');
  const [send] = sends;
  if (layers[0] === 'proxy-protocol') return 'http-check cannot replay a PROXY header';
  if (layers[0] !== 'http') return 'the proxy does not speak HTTP';
  if (layers.length > 1) return 'http-check sends nothing into the tunnel that CONNECT opens';
  if (send === undefined || sends.length > 1 || replies[0]?.length !== 0)
    return 'http-check has one request and one answer';
  if (lacks.length > 0) return 'the request is not all there';
  const answers = (replies[1] ?? []).flatMap(({ observation }) =>
    observation.kind === 'HTTP response' ? [observation] : [],
  );
  if (answers.some(({ preamble }) => preamble.includes('interim response')))
    return 'http-check takes an interim response for the answer';
  if (answers.length !== 1) return 'http-check has one request and one answer';
  if (answers[0]?.tunnel) return 'http-check would send CONNECT with other headers';
  const request = requestIn(send);
  const reason = typeof request === 'string' ? request : unsayable(request, send);
  if (reason !== undefined || typeof request === 'string') return reason ?? 'the request cannot be read';
  const { method, target, version, headers } = request;
  const ranges = accepted ?? statuses.map((status): StatusRange => [status, status]);
  const last = steps.findLast((step) => step.kind === 'expect');
  return {
    send: { method, uri: target, version, headers: said(headers) },
    expect: [{ match: 'status', ranges, inverse: false }],
    comments: { send: send.comment, expect: last?.comment ?? `${statusText(ranges, ' or ')} from the origin` },
    secrets: send.secrets.map(({ name, form }) => ({ name, form: form === 'basic' ? 'basic' : 'plain' })),
  };
}

function requestIn({ bytes }: SendStep): HttpRequest | string {
  try {
    const request = decodeRequest(new ByteReader(bytes), bytes);
    return request.end === bytes.length ? request : 'more than one request is sent at once';
  } catch (error) {
    if (error instanceof DecodeError) return 'the request cannot be read';
    throw error;
  }
}

const isConnection = ({ name }: HttpRequest['headers'][number]): boolean => name.toLowerCase() === 'connection';

/** The headers that are asked for: HAProxy adds `connection: close` by itself. */
const said = (headers: HttpRequest['headers']): (readonly [string, string])[] =>
  headers.filter((each) => !isConnection(each)).map(({ name, value }) => [name, value]);

/** Why HAProxy would send something else (2.6, 3.4). */
function unsayable(
  { method, target, version, headers, headEnd, end }: HttpRequest,
  { secrets, bytes }: SendStep,
): string | undefined {
  const names = headers.map(({ name }) => name.toLowerCase());
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  const hosts = headers.filter(({ name }) => name.toLowerCase() === 'host');
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1];
  if (!BODILESS.has(method)) return `http-check adds a content-length to ${method}`;
  if (headEnd !== undefined && end > headEnd) return 'the request has a body';
  if (repeated !== undefined) return `the header ${repeated} is repeated, which http-check does not keep apart`;
  if (names.includes('content-length') || names.includes('transfer-encoding'))
    return 'http-check leaves Content-Length and Transfer-Encoding out';
  if (authority !== undefined && hosts[0] !== undefined && hosts[0].value !== authority)
    return 'Host differs from the authority of the URI, over which http-check writes it';
  if (bytes.length > MAX_LENGTH) return `http-check sends no more than about ${MAX_LENGTH} bytes`;
  if (secrets.some(({ name }) => name === 'userinfo')) return 'the URI holds credentials';
  const odd = headers.find(
    ({ name, value }) => value === '' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[^\t -~]/.test(value),
  );
  if (odd !== undefined || /[^!-~]/.test(target)) return 'a header or the URI holds what http-check cannot say';
  const connection = headers.find((each) => isConnection(each));
  if (connection !== undefined && (connection.value.toLowerCase() !== 'close' || version !== 'HTTP/1.1'))
    return 'http-check writes a Connection header of its own';
  if (said(headers).length > MAX_HEADERS) return `http-check takes no more than ${MAX_HEADERS} headers`;
  return undefined;
}
