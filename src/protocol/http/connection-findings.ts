import { closedLater } from '../../conversation/conversation.ts';
import type { LayerContext } from '../layer.ts';
import { isSuccessful } from './codes.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import type { HttpFinding } from './quirks.ts';

/** An exchange: the last response is the final one, if it came. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly responses: readonly HttpResponse[];
}

/** Milliseconds that a close may take; a server that closes later does it for want of requests. */
const AT_ONCE = 1000;

/** Does the connection live on as the header of a response says (RFC 9112 §9.3)? */
export function connectionFindings(exchanges: readonly Exchange[], context: LayerContext): HttpFinding[] {
  const findings: HttpFinding[] = [];
  exchanges.forEach(({ request, responses }, at) => {
    const response = responses.at(-1);
    if (response === undefined || (request.method === 'CONNECT' && isSuccessful(response.status))) return;
    const answeredAgain = (exchanges[at + 1]?.responses.length ?? 0) > 0;
    if (persists(response)) {
      if (!answeredAgain && persists(request)) findings.push(...closedAtOnce(response, context));
    } else if (response.complete) findings.push(...leftOpen(response, answeredAgain, context));
  });
  return findings;
}

function closedAtOnce(response: HttpResponse, { conversation }: LayerContext): HttpFinding[] {
  if (!response.complete) return []; // it lasts until the close
  const ending = closedLater(conversation, response.end - 1);
  if (ending?.side !== 'server' || ending.after >= AT_ONCE) return [];
  const place = { side: 'server', offset: response.end, length: 0, frame: ending.frame } as const;
  return [
    { ...place, code: 'http-close-against-header', detail: `${response.version} ${response.status}, ${ending.by}` },
  ];
}

function leftOpen(response: HttpResponse, answeredAgain: boolean, { conversation }: LayerContext): HttpFinding[] {
  const place = { code: 'http-open-against-header', side: 'server', offset: response.end, length: 0 } as const;
  const ending = closedLater(conversation, response.end - 1);
  if (answeredAgain) return [{ ...place, frame: ending?.frame, detail: 'the next request is answered' }];
  if (ending === undefined || ending.after < AT_ONCE) return [];
  const detail = `${(ending.after / 1000).toFixed(1)} s, then the ${ending.side} closed`;
  return [{ ...place, frame: ending.frame, detail }];
}

/** Is the connection to be used again (RFC 9112 §9.3)? */
function persists(message: HttpRequest | HttpResponse): boolean {
  const options = connectionOptions(message);
  if (options.includes('close')) return false;
  return message.version === 'HTTP/1.1' || options.includes('keep-alive');
}

/** The options of Connection, lower-case (RFC 9110 §7.6.1). */
export const connectionOptions = ({ headers }: HttpRequest | HttpResponse): string[] =>
  headers
    .filter(({ name }) => name.toLowerCase() === 'connection')
    .flatMap(({ value }) => value.toLowerCase().split(','))
    .map((option) => option.trim());
