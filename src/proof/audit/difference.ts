import type { Message } from '../../dialogue/layer.ts';
import { protocolLabel } from '../../dialogue/layer.ts';
import { titleOf } from '../../dialogue/title.ts';
import type { HttpRequest } from '../../protocol/http/message.ts';

/** How what a configuration asks for differs from what was captured. */
export interface Difference {
  /**
   * `otherwise`: what is answered is not in the capture; `alike`: the captured answers are taken for the answers to this too; `another place`: so
   * they are, though something else is asked for.
   */
  readonly kind: 'otherwise' | 'alike' | 'another place';
  /** A sentence without a final stop, whose subject is the line. */
  readonly text: string;
}

/**
 * How a client's message differs from the captured one in what the answer depends on; undefined where it does not. `chosen` is the method that the
 * captured server chose of a SOCKS5 greeting; `sameBytes`: are they the same to the byte?
 */
export function differenceOf(
  sent: Message,
  captured: Message,
  chosen: number | undefined,
  sameBytes: boolean,
): Difference | undefined {
  if (sent.protocol !== captured.protocol || sent.kind !== captured.kind)
    return otherwise(`sends ${nameOf(sent)}, and the capture has ${nameOf(captured)} there`);
  if (sent.kind === 'greeting' && captured.kind === 'greeting') {
    if (chosen !== undefined && !sent.methods.includes(chosen))
      return otherwise('does not offer the authentication method that the captured server chose');
    if (sent.methods.some((method) => !captured.methods.includes(method)))
      return alike('offers more authentication methods than the capture, of which the same one is taken to be chosen');
    return undefined;
  }
  if (sent.kind === 'password request') return sameBytes ? undefined : alike(OTHER_CREDENTIALS);
  if (sent.kind === 'command' || sent.kind === 'redis command')
    return titleOf(sent) === titleOf(captured)
      ? undefined
      : otherwise(`sends ${titleOf(sent)}, and the capture has ${titleOf(captured)} there`);
  if (sent.kind !== 'request' || captured.kind !== 'request') return undefined;
  if (sent.protocol === 'http' && captured.protocol === 'http') return httpDifference(sent, captured);
  if (sent.protocol === 'http' || captured.protocol === 'http') return undefined;
  if (sent.command !== captured.command)
    return otherwise(`asks for ${titleOf(sent)}, the capture for ${titleOf(captured)}`);
  return titleOf(sent) === titleOf(captured) ? undefined : anotherPlace(sent, captured);
}

function httpDifference(sent: HttpRequest, captured: HttpRequest): Difference | undefined {
  if (sent.headEnd === undefined && captured.headEnd !== undefined)
    return otherwise(
      'is the end of what is sent, and the blank line that ends an HTTP request is not there: the server waits for it',
    );
  const [form, capturedForm] = [formOf(sent), formOf(captured)];
  if (form === 'relative' && capturedForm === 'absolute')
    return otherwise(
      `asks with a relative URI (${titleOf(sent)}), the capture with an absolute one: most proxies answer 400 to that, and what this one answers is not in the capture`,
    );
  if (form !== capturedForm)
    return otherwise(`asks ${titleOf(sent)} (${form} form), the capture ${titleOf(captured)} (${capturedForm} form)`);
  if (sent.method !== captured.method && !(isReading(sent) && isReading(captured)))
    return otherwise(`asks with ${sent.method}, the capture with ${captured.method}: the answer may be another`);
  const lacking = captured.headers.find(({ name }) => CREDENTIALS.test(name) && headerOf(sent, name) === undefined);
  if (lacking !== undefined)
    return otherwise(`has no ${lacking.name}, which the capture has: what is answered then is not in the capture`);
  if (titleOf(sent) !== titleOf(captured)) return anotherPlace(sent, captured);
  const other = sent.headers.some(({ name, value }) => CREDENTIALS.test(name) && value !== headerOf(captured, name));
  return other ? alike(OTHER_CREDENTIALS) : undefined;
}

const headerOf = ({ headers }: HttpRequest, wanted: string): string | undefined =>
  headers.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())?.value;

const OTHER_CREDENTIALS = 'logs in with other credentials than the capture, which are taken to be right';
const CREDENTIALS = /^(?:proxy-)?authorization$/i;
const isReading = ({ method }: HttpRequest): boolean => method === 'GET' || method === 'HEAD';

/** The form of the target (RFC 9112 §3.2). */
function formOf({ method, target }: HttpRequest): 'tunnel' | 'absolute' | 'relative' {
  if (method === 'CONNECT') return 'tunnel';
  return target.includes('://') ? 'absolute' : 'relative';
}

const nameOf = (message: Message): string =>
  message.protocol === 'http'
    ? `HTTP ${titleOf(message)}`
    : message.protocol === 'unknown'
      ? 'other data'
      : titleOf(message);

const otherwise = (text: string): Difference => ({ kind: 'otherwise', text });
const alike = (text: string): Difference => ({ kind: 'alike', text });
const anotherPlace = (sent: Message, captured: Message): Difference => ({
  kind: 'another place',
  text: `asks for ${titleOf(sent)}, the capture for ${titleOf(captured)}`,
});

/** What a protocol's client is called that speaks to a server of another one. */
export const clientOf = (protocol: Message['protocol']): string =>
  protocol === 'unknown' ? 'something unknown' : protocolLabel(protocol);
