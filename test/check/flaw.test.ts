import { describe, expect, test } from 'vitest';
import { type Sampling, sampleOf } from '../../src/check/sample.ts';
import { ALLOWANCES, type Allowance, readDialogue } from '../../src/dialogue/dialogue.ts';
import {
  cutConversationOf,
  dataSegment,
  forcedSamplingOf,
  losing,
  type Source,
  samplingOf,
} from '../support/derive.ts';
import { ACK, hex, Talk } from '../support/wire.ts';

const GREETING = hex('05 01 00');
const CONNECT = hex('05 01 00 03 03 612e62 0050');
const GRANTED = hex('05 00 00 01 00000000 06b5');
const GET = 'GET / HTTP/1.1\r\nHost: a.b\r\nAccept: aaaaaaaaaaaaaaaaaaaa\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nDate: bbbbbbbbbbbbbbbbbb\r\nContent-Length: 26\r\n\r\nabcdefghijklmnopqrstuvwxyz';

// Pieces of the client: greeting, CONNECT, and the request in 16 bytes each; of the server: selection, reply, and the answer.
const open = () => new Talk().handshake().client(GREETING).server(hex('05 00')).client(CONNECT).server(GRANTED);
const good = () => open().client(GET, 16).server(ANSWER, 16).close();
const disagreeing = (side: 'client' | 'server', nth: number) => {
  const talk = good();
  const { seq, payload } = dataSegment(talk, side, nth);
  return talk.segment(side, { flags: ACK, seq, payload: Buffer.alloc(payload.length, '?') });
};
const cut = (side: 'client' | 'server', nth: number, ...allowed: Allowance[]): Sampling => {
  const talk = good();
  const piece = dataSegment(talk, side, nth);
  const conversation = cutConversationOf(talk, (segment) => (segment === piece ? 4 : 0));
  return sampleOf(readDialogue(conversation, new Set(allowed)), new Set(allowed), false);
};
const requests = (sampling: Sampling): string[] =>
  'sample' in sampling
    ? sampling.sample.exchanges.map(({ request }) => Buffer.from(request?.bytes ?? []).toString('latin1'))
    : [];
const isTaken = (sampling: Sampling): boolean => 'sample' in sampling;
const RECORD_AGAIN = 'record again, closer to the client or with a larger buffer: tcpdump -B 65536';
const WHOLE_PACKETS = 'record again with whole packets: tcpdump -s 0';
const BELIEVE = 'record again, or say --allow conflict to believe the first';

describe('a flaw in what is sent or asserted refuses the dialogue, with the frame and what to do', () => {
  test.each<[name: string, sampling: Sampling, reason: string, frame: number, nextStep: string]>([
    [
      'a lost piece of a request',
      samplingOf(losing(good(), 'client', 3)),
      'bytes 29-44 of the client were never captured',
      13,
      RECORD_AGAIN,
    ],
    [
      'a cut piece of a request',
      cut('client', 3),
      'bytes 41-44 of the client were cut off by the snapshot length',
      13,
      WHOLE_PACKETS,
    ],
    [
      'frames that disagree about a request',
      disputed('client', 3),
      'two frames disagree about byte 29 of the client',
      27,
      BELIEVE,
    ],
    [
      'frames that disagree about the greeting',
      disputed('client', 0),
      'two frames disagree about byte 0 of the client',
      27,
      BELIEVE,
    ],
    [
      'frames that disagree about a status line',
      disputed('server', 2),
      'two frames disagree about byte 12 of the server',
      27,
      BELIEVE,
    ],
    [
      'a lost request to what is not read',
      samplingOf(losing(open().client('AABB', 2).server('CC'), 'client', 3)),
      'opened, but bytes 15-16 of the client were never captured',
      13,
      RECORD_AGAIN,
    ],
    [
      'a lost answer',
      samplingOf(losing(open().client(GET).server('HTTP/1.1 204 \r\n'), 'server', 2)),
      'opened, but no HTTP response: bytes 12-26 of the server were never captured',
      14,
      RECORD_AGAIN,
    ],
    [
      'a lost reply of the proxy',
      samplingOf(losing(good(), 'server', 1)),
      'no SOCKS5 reply: bytes 2-11 of the server were never captured',
      16, // the next one of the server
      RECORD_AGAIN,
    ],
  ])('%s', (_name, sampling, reason, frame, nextStep) => expect(sampling).toEqual({ reason, frame, nextStep }));

  test('also where the dialogue is asked for by its number', () => {
    expect(forcedSamplingOf(losing(good(), 'client', 3))).toMatchObject({ nextStep: RECORD_AGAIN });
    expect(forcedSamplingOf(losing(good(), 'client', 1))).toMatchObject({ nextStep: RECORD_AGAIN });
    expect(forcedSamplingOf(losing(open().client('AABB', 2).server('CC'), 'client', 3))).toHaveProperty('nextStep');
  });
});

describe('a flaw elsewhere does not', () => {
  test.each<[name: string, sampling: Sampling]>([
    ['a lost piece of the body', samplingOf(losing(good(), 'server', 6))],
    ['a lost piece of the head behind the status line', samplingOf(losing(good(), 'server', 3))],
    ['a cut body', cut('server', 6)],
    ['a piece cut behind the status', cut('server', 2)],
    ['frames that disagree about the body', disputed('server', 6)],
    ['a later request that was lost', samplingOf(losing(twice(), 'client', 6))],
    [
      'a later request of what is not read',
      samplingOf(losing(open().client('AA').server('BB').client('CC').server('DD'), 'client', 3)),
    ],
  ])('%s', (_name, sampling) => {
    expect(isTaken(sampling)).toBe(true);
    expect(requests(sampling).at(-1)).toMatch(/^(GET .*\r\n\r\n|AA)$/s);
  });

  test('nor is the advice to record again given where a gap is not to blame', () => {
    const refused = new Talk().handshake().client(GREETING).server(hex('05 00')).client(CONNECT);
    refused.server(hex('05 05 00')).client('more').client('more');
    expect(samplingOf(losing(refused, 'client', 2))).toEqual({
      reason: 'SOCKS5 refused: connection refused (05)',
      frame: 10,
    });
  });
});

describe('what the user allows is used', () => {
  test('a gap: its bytes are left out of the request, and nothing stands in their place', () => {
    const sampling = samplingOf(losing(good(), 'client', 4), 'gap');
    expect(requests(sampling).at(-1)).toBe(GET.slice(0, 32) + GET.slice(48));
    expect(isTaken(samplingOf(losing(good(), 'client', 4), 'cut', 'conflict', 'role'))).toBe(false);
  });

  test('a cut', () => {
    expect(requests(cut('client', 4, 'cut')).at(-1)).toBe(GET.slice(0, 44) + GET.slice(48));
    expect(isTaken(cut('client', 4, 'gap'))).toBe(false);
  });

  test('a gap in what is not asserted of a reply', () => {
    const bound = new Talk().handshake().client(GREETING).server(hex('05 00')).client(CONNECT).server(GRANTED, 4);
    expect(isTaken(samplingOf(losing(bound.client(GET).server(ANSWER), 'server', 2), 'gap'))).toBe(true);
    const [head, body] = [ANSWER.slice(0, -26), ANSWER.slice(-26)];
    expect(isTaken(samplingOf(losing(open().client(GET).server(head).server(body, 8), 'server', 3), 'gap'))).toBe(true);
  });

  test('a conflict: the first frame is believed', () => {
    expect(requests(disputed('client', 4, 'conflict')).at(-1)).toBe(GET);
    expect(isTaken(disputed('client', 4, 'gap', 'cut'))).toBe(false);
  });

  test('roles that are guessed', () => {
    const guessed = new Talk({ client: '10.0.0.1:80', server: '10.0.0.2:80' }).client('EHLO\r\n').server('250\r\n');
    expect(forcedSamplingOf(guessed)).toMatchObject({
      reason: 'which side is the client is only guessed from the ports',
      frame: 1,
      nextStep: 'say --role server=HOST:PORT, or --allow role',
    });
    expect(isTaken(forcedSamplingOf(guessed, 'role', 'gap'))).toBe(true);
  });

  test('a start that was not captured, where the first message does not show that it is one', () => {
    const http = () => new Talk().client(GET).server(ANSWER);
    expect(samplingOf(http())).toMatchObject({
      reason: 'its start was not captured (no SYN)',
      frame: 1,
      nextStep: 'record from before the connection is made',
    });
    expect(isTaken(samplingOf(http(), 'gap'))).toBe(true);
    const withSynAck = new Talk().handshake().client(GET).server(ANSWER).segments.slice(1);
    expect(isTaken(samplingOf(withSynAck))).toBe(true);
    expect(
      isTaken(
        samplingOf(
          new Talk().client(GREETING).server(hex('05 00')).client(CONNECT).server(GRANTED).client(GET).server(ANSWER),
        ),
      ),
    ).toBe(true);
  });
});

describe('whatever the user allows', () => {
  test.each<[name: string, source: Source]>([
    ['a lost method selection', losing(good(), 'server', 0)],
    ['a lost reply of the proxy', losing(good(), 'server', 1)],
    ['a lost status line', losing(good(), 'server', 2)],
    ['a lost reply of what is not read', losing(open().client('AA').server('BB').client('CC'), 'server', 2)],
    ['half a status line', losing(open().client(GET).server(ANSWER, 10), 'server', 3)],
  ])('there is nothing to assert in %s', (_name, source) => {
    expect(isTaken(samplingOf(source, ...ALLOWANCES))).toBe(false);
    expect(isTaken(forcedSamplingOf(source, ...ALLOWANCES))).toBe(false);
  });

  test('there is nothing to send where a whole request is lost', () => {
    const sampling = samplingOf(losing(open().client('AA').server('BB').close(), 'client', 2), ...ALLOWANCES);
    expect(sampling).toMatchObject({
      reason: 'bytes 13-14 of the client were never captured, and they are the whole request',
    });
  });
});

function disputed(side: 'client' | 'server', nth: number, ...allowed: Allowance[]): Sampling {
  return samplingOf(disagreeing(side, nth), ...allowed);
}
function twice(): Talk {
  return open().client(GET).server(ANSWER).client(GET, 16).server(ANSWER);
}
