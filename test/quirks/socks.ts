import type { SOCKS4_QUIRKS } from '../../src/protocol/socks4/quirks.ts';
import type { SOCKS5_QUIRKS } from '../../src/protocol/socks5/quirks.ts';
import type { QuirkCases } from './cases.ts';
import {
  closedByClient,
  closedByServer,
  GRANTED,
  GREETING,
  hex,
  REQUEST,
  REQUEST_IPV4,
  SOCKS4,
  SOCKS4A,
  socks5,
  socks5WithPassword,
  talk,
} from './support.ts';

const REFUSED = hex('05 05 00 01 cb007107 d6b4');
const OTHER_NAME = Buffer.concat([hex('05 00 00 03 09'), Buffer.from('relay.lab'), hex('0050')]);
const socks4 = (reply: Buffer, request: Buffer = SOCKS4) => talk().client(request).server(reply);
const GRANTED4 = hex('00 5a d6b4 cb007107');
const REJECTED4 = hex('00 5b d6b4 cb007107');

export const SOCKS5_CASES: QuirkCases<keyof typeof SOCKS5_QUIRKS> = {
  'socks5-method-not-offered': {
    shown: [talk().client(GREETING).server(hex('0502'))],
    absent: [talk().client(hex('05 03 00 01 02')).server(hex('0502'))],
  },
  'socks5-selection-version': {
    shown: [talk().client(GREETING).server(hex('0100'))],
    absent: [talk().client(GREETING).server(hex('0500'))],
  },
  'socks5-long-refusal': {
    shown: [closedByServer(talk().client(GREETING).server(hex('05 ff 00 01 00 00 00 00 00 00')))],
    absent: [closedByServer(talk().client(GREETING).server(hex('05 ff')))],
  },
  'socks5-closes-after-refusal': {
    shown: [closedByServer(talk().client(GREETING).server(hex('05 ff')))],
    absent: [closedByClient(talk().client(GREETING).server(hex('05 ff')))],
  },
  'socks5-split-greeting-refused': {
    shown: [talk().client(GREETING.subarray(0, 1)).server(hex('05 ff')).client(GREETING.subarray(1))],
    absent: [talk().client(GREETING, 1).server(hex('05 ff'))],
  },
  'socks5-status-version': {
    shown: [socks5WithPassword(hex('05 00'))],
    absent: [socks5WithPassword(hex('01 00'))],
  },
  'socks5-odd-status': {
    shown: [socks5WithPassword(hex('01 ff'))],
    absent: [socks5WithPassword(hex('01 01'))],
  },
  'socks5-text-after-status': {
    shown: [closedByServer(socks5WithPassword(Buffer.concat([hex('01 01'), Buffer.from('bad password secret')])))],
    absent: [closedByServer(socks5WithPassword(hex('01 01')))],
  },
  'socks5-reply-version': {
    shown: [socks5(hex('04 05 00 01 cb007107 d6b4'))],
    absent: [socks5(REFUSED)],
  },
  'socks5-short-reply': {
    shown: [closedByServer(socks5(hex('05 05')))],
    absent: [closedByServer(socks5(REFUSED))],
  },
  'socks5-reply-address-type': {
    shown: [socks5(hex('05 01 00 00 00000000 0000'))],
    absent: [socks5(hex('05 01 00 01 00000000 0000'))],
  },
  'socks5-rsv-not-zero': {
    shown: [socks5(hex('05 00 01 01 cb007107 d6b4'))],
    absent: [socks5()],
  },
  'socks5-unassigned-reply': {
    shown: [socks5(hex('05 09 00 01 cb007107 d6b4'))],
    absent: [socks5(hex('05 08 00 01 cb007107 d6b4'))],
  },
  'socks5-bound-zero': {
    shown: [socks5(hex('05 00 00 01 00000000 0000'))],
    absent: [socks5(hex('05 00 00 01 00000001 0000'))],
  },
  'socks5-bound-private': {
    shown: [socks5(hex('05 00 00 04 fd00000000000000 0000000000000001 d6b4'))],
    absent: [socks5(hex('05 00 00 04 2a00000000000000 0000000000000001 d6b4'))],
  },
  'socks5-bound-loopback': {
    shown: [socks5(hex('05 00 00 01 7f000001 d6b4'))],
    absent: [socks5()],
  },
  'socks5-bound-destination': {
    shown: [socks5(hex('05 00 00 01 c6336407 0050'), REQUEST_IPV4)],
    absent: [socks5(hex('05 00 00 01 c6336408 0050'), REQUEST_IPV4)],
  },
  'socks5-bound-domain': {
    shown: [socks5(OTHER_NAME)],
    absent: [socks5()],
  },
  'socks5-bound-other-family': {
    shown: [socks5(hex('05 00 00 04 2a00000000000000 0000000000000001 d6b4'), REQUEST_IPV4)],
    absent: [socks5(hex('05 00 00 04 2a00000000000000 0000000000000001 d6b4'), REQUEST)],
  },
  'socks5-bound-address-changes': {
    shown: [socks5(), socks5(hex('05 00 00 01 cb007108 d6b4'))],
    absent: [socks5(), socks5(hex('05 00 00 01 cb007108 d6b4'), REQUEST_IPV4)],
  },
  'socks5-bound-port-changes': {
    shown: [socks5(), socks5(hex('05 00 00 01 cb007107 d6b6'))],
    absent: [socks5(), socks5()],
  },
  'socks5-same-reply-code': {
    shown: [socks5(REFUSED), socks5(REFUSED)],
    absent: [socks5(REFUSED), socks5(hex('05 04 00 01 cb007107 d6b4'))],
    causes: ['refused', 'unreachable'],
  },
  'socks5-password-unneeded': {
    shown: [socks5(), socks5WithPassword(hex('0100'), 'secret', hex('05 02 00 02')).client(REQUEST).server(GRANTED)],
    absent: [socks5(), socks5WithPassword(hex('0100'), 'secret', hex('05 01 02')).client(REQUEST).server(GRANTED)],
  },
  'socks5-any-password': {
    shown: [socks5WithPassword(hex('0100'), 'secret'), socks5WithPassword(hex('0100'), 'wrong')],
    absent: [socks5WithPassword(hex('0100'), 'secret'), socks5WithPassword(hex('0101'), 'wrong')],
  },
  'socks5-http-answer': {
    shown: [closedByServer(talk().client(GREETING).server('HTTP/1.0 400 Bad Request\r\n\r\n'))],
    absent: [closedByServer(talk().client(GREETING).server(hex('05 ff')))],
  },
  'socks5-unreadable-answer': {
    shown: [closedByServer(talk().client(GREETING).server('220 mail.example ESMTP\r\n'))],
    absent: [closedByServer(talk().client(GREETING).server('HTTP/1.0 400 Bad Request\r\n\r\n'))],
  },
  'socks5-refusal-left-open': {
    shown: [closedByClient(socks5(REFUSED), 11)],
    absent: [closedByClient(socks5(REFUSED), 9)],
  },
};

export const SOCKS4_CASES: QuirkCases<keyof typeof SOCKS4_QUIRKS> = {
  'socks4-reply-version': { shown: [socks4(hex('04 5a d6b4 cb007107'))], absent: [socks4(GRANTED4)] },
  'socks4-short-refusal': {
    shown: [closedByServer(socks4(hex('00 5b')))],
    absent: [closedByServer(socks4(REJECTED4))],
  },
  'socks4-unassigned-result': {
    shown: [socks4(hex('00 5e d6b4 cb007107'))],
    absent: [socks4(hex('00 5d d6b4 cb007107'))],
  },
  'socks4-bound-zero': { shown: [socks4(hex('00 5a 0000 00000000'))], absent: [socks4(hex('00 5a 0000 00000001'))] },
  'socks4-bound-private': { shown: [socks4(hex('00 5a d6b4 0a000001'))], absent: [socks4(GRANTED4)] },
  'socks4-bound-loopback': { shown: [socks4(hex('00 5a d6b4 7f000001'))], absent: [socks4(GRANTED4)] },
  'socks4-bound-destination': { shown: [socks4(hex('00 5a 0050 c6336407'))], absent: [socks4(GRANTED4)] },
  'socks4-bound-placeholder': {
    shown: [socks4(hex('00 5b 0050 00000001'), SOCKS4A)],
    absent: [socks4(hex('00 5b 0050 00000002'), SOCKS4A)],
  },
  'socks4-bound-address-changes': {
    shown: [socks4(GRANTED4), socks4(hex('00 5a d6b4 cb007108'))],
    absent: [socks4(GRANTED4), socks4(hex('00 5b d6b4 cb007108'))],
  },
  'socks4-bound-port-changes': {
    shown: [socks4(GRANTED4), socks4(hex('00 5a d6b5 cb007107'))],
    absent: [socks4(GRANTED4), socks4(GRANTED4)],
  },
  'socks4-same-result': {
    shown: [socks4(REJECTED4), socks4(REJECTED4)],
    absent: [socks4(REJECTED4), socks4(hex('00 5c d6b4 cb007107'))],
    causes: ['refused', 'nxdomain'],
  },
  'socks4-socks5-answer': { shown: [socks4(hex('05 ff'))], absent: [socks4(hex('00 5b'))] },
  'socks4-http-answer': { shown: [socks4(Buffer.from('HTTP/1.1 400 \r\n\r\n'))], absent: [socks4(hex('05 ff'))] },
  'socks4-unreadable-answer': { shown: [socks4(Buffer.from('-ERR\r\n'))], absent: [socks4(hex('05 ff'))] },
  'socks4-refusal-left-open': {
    shown: [closedByClient(socks4(REJECTED4), 2)],
    absent: [closedByClient(socks4(REJECTED4), 0.5)],
  },
};
