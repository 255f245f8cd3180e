import type { TCP_QUIRKS } from '../../src/conversation/quirks.ts';
import type { QuirkCases } from './cases.ts';
import {
  ACK,
  closedByClient,
  closedByServer,
  FIN,
  GET,
  GRANTED,
  GREETING,
  hex,
  NO_CONTENT,
  PROXY_GET,
  PSH,
  REQUEST,
  resetByServer,
  socks5,
  talk,
  timeOf,
} from './support.ts';

export const TCP_CASES: QuirkCases<keyof typeof TCP_QUIRKS> = {
  'tcp-close-before-request': {
    shown: [closedByServer(talk())],
    absent: [closedByClient(talk())],
  },
  'tcp-close-without-reply': {
    shown: [closedByServer(talk().client(GREETING))],
    absent: [closedByServer(talk().client(GREETING).server(hex('05ff')))],
  },
  'tcp-reset-without-reply': {
    shown: [resetByServer(talk().client(GREETING).server(hex('0500')).client(REQUEST))],
    absent: [closedByServer(talk().client(GREETING).server(hex('0500')).client(REQUEST))],
  },
  'tcp-silence': {
    shown: [closedByClient(talk().client(PROXY_GET), 3)],
    absent: [closedByClient(talk().client(PROXY_GET), 0.5)],
  },
  'tcp-reset-after-reply': {
    shown: [resetByServer(talk().client(GREETING).server(hex('05ff')))],
    absent: [closedByServer(talk().client(GREETING).server(hex('05ff')))],
  },
  'tcp-speaks-first': {
    shown: [talk().server('hello\r\n').client(GREETING).server(hex('0500'))],
    absent: [socks5()],
  },
  'tcp-reply-before-request': {
    // Both replies were sent when only the greeting had arrived.
    shown: [
      talk()
        .client(GREETING)
        .segment('server', { flags: ACK | PSH, payload: hex('0500') })
        .segment('server', { flags: ACK | PSH, payload: GRANTED })
        .segment('client', { flags: ACK | PSH, payload: REQUEST, ack: 5003 })
        .segment('server'),
    ],
    absent: [socks5()],
  },
  'tcp-reply-in-pieces': {
    shown: [talk().client(GREETING).server(hex('0500')).client(REQUEST).server(GRANTED, 4)],
    absent: [socks5()],
  },
  'tcp-reply-trickled': {
    shown: [talk().client(GREETING).server(hex('0500')).client(REQUEST).server(GRANTED, 1)],
    absent: [talk().client(GREETING).server(hex('0500')).client(REQUEST).server(GRANTED, 4)],
  },
  'tcp-reply-with-tunnel-data': {
    shown: [socks5(Buffer.concat([GRANTED, Buffer.from('220 mail.example ESMTP\r\n')]))],
    absent: [socks5().server('220 mail.example ESMTP\r\n')],
  },
  'tcp-retransmissions': {
    shown: [
      talk()
        .client(PROXY_GET)
        .server(NO_CONTENT)
        .segment('server', { flags: ACK | PSH, seq: 5001, payload: Buffer.from(NO_CONTENT) }),
    ],
    // A keep-alive repeats the last byte that was acknowledged (RFC 9293 §3.8.4).
    absent: [
      talk()
        .client(PROXY_GET)
        .server(NO_CONTENT)
        .segment('server', { seq: 5000 + NO_CONTENT.length, payload: Buffer.from('\n') }),
    ],
  },
  'tcp-late-fin': {
    shown: [late(socks5().client(GET).server(NO_CONTENT), 2)],
    absent: [late(socks5().client(GET).server(NO_CONTENT), 0.2)],
  },
};

/** The client closes, and so many seconds later the server does. */
function late(of: ReturnType<typeof talk>, after: number) {
  of.segment('client', { flags: FIN | ACK });
  return of.segment('server', { flags: FIN | ACK, time: timeOf(of) + after * 1_000_000 });
}
