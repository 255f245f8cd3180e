import { describe, expect, test } from 'vitest';
import { client, conversationOf, linesOf, OPENED, type Said, server } from '../support/segments.ts';

describe('turns', () => {
  type Row = readonly [name: string, said: readonly Said[], lines: readonly string[]];
  const ROWS: readonly Row[] = [
    ['nothing said is no turn', [client.acks(0)], []],
    [
      'a request and its reply',
      [client.says(0, 'ask'), server.says(0, 'tell', { acks: 3 })],
      ['client: ask', 'server: tell'],
    ],
    ['a request alone', [client.says(0, 'ask')], ['client: ask']],
    [
      'a server that greets first',
      [server.says(0, 'hi'), client.says(0, 'ask', { acks: 2 })],
      ['server: hi', 'client: ask'],
    ],
    [
      'a reply in two segments is one turn',
      [client.says(0, 'ask'), server.says(0, 'te', { acks: 3 }), server.says(2, 'll', { acks: 3 })],
      ['client: ask', 'server: tell'],
    ],
    [
      'acknowledgments between segments part no turn',
      [client.says(0, 'a'), server.acks(1), client.says(1, 'sk'), server.acks(3)],
      ['client: ask'],
    ],
    [
      'requests that do not wait are one turn',
      [
        client.says(0, 'one'),
        client.says(3, 'two'),
        server.says(0, 'ONE', { acks: 6 }),
        server.says(3, 'TWO', { acks: 6 }),
      ],
      ['client: onetwo', 'server: ONETWO'],
    ],
    [
      'requests that do not wait part where a reply came between',
      [
        client.says(0, 'one'),
        server.says(0, 'ONE', { acks: 3 }),
        client.says(3, 'two', { acks: 3 }),
        server.says(3, 'TWO', { acks: 6 }),
      ],
      ['client: one', 'server: ONE', 'client: two', 'server: TWO'],
    ],
    [
      'text on a SYN comes first',
      [client.syn({ text: 'ask' }), server.synAck({ acks: 3 }), server.says(0, 'tell', { acks: 3 })],
      ['client: ask', 'server: tell'],
    ],
    [
      'text on a FIN comes last',
      [client.says(0, 'ask'), server.fin(0, { acks: 3, text: 'tell' })],
      ['client: ask', 'server: tell'],
    ],

    // Acknowledgments order the sides, whatever the order of capture.
    [
      'a reply captured before its request',
      [server.says(0, 'tell', { acks: 3 }), client.says(0, 'ask')],
      ['client: ask', 'server: tell'],
    ],
    [
      'a reply to all, captured between two requests',
      [client.says(0, 'a'), server.says(0, 'tell', { acks: 3 }), client.says(1, 'sk')],
      ['client: ask', 'server: tell'],
    ],
    [
      'all captured backwards',
      [
        server.says(2, 'TWO', { acks: 6 }),
        client.says(3, 'two', { acks: 2 }),
        server.says(0, 'hi', { acks: 3 }),
        client.says(0, 'one'),
      ],
      ['client: one', 'server: hi', 'client: two', 'server: TWO'],
    ],
    [
      'who acknowledged nothing of the other comes in the order of capture',
      [server.says(0, 'hi'), client.says(0, 'ask')],
      ['server: hi', 'client: ask'],
    ],
    [
      'both talk at once',
      [client.says(0, 'a'), server.says(0, 'b'), client.says(1, 'c'), server.says(1, 'd')],
      ['client: a', 'server: b', 'client: c', 'server: d'],
    ],
    [
      'a reply to the first half comes before a second half that had read it',
      [client.says(0, 'one'), client.says(3, 'two', { acks: 2 }), server.says(0, 'hi', { acks: 3 })],
      ['client: one', 'server: hi', 'client: two'],
    ],
    [
      'a FIN that was acknowledged holds nothing up',
      [server.says(0, 'bye'), server.fin(3), client.says(0, 'ask', { acks: 4 })],
      ['server: bye', 'client: ask'],
    ],
    [
      'an acknowledgment of what nobody said holds nothing up',
      [client.says(0, 'ask', { acks: 2 ** 30 + 9 }), server.says(0, 'tell', { acks: 3 })],
      ['client: ask', 'server: tell'],
    ],

    // A retransmission is not the first copy, though it may be the first that was captured.
    [
      'a retransmission changes nothing',
      [
        client.says(0, 'ask'),
        client.says(0, 'ask'),
        server.says(0, 'tell', { acks: 3 }),
        client.says(0, 'ask', { acks: 4 }),
      ],
      ['client: ask', 'server: tell'],
    ],
    [
      'a retransmission that joins two requests',
      [client.says(0, 'onetwo', { acks: 2 }), server.says(0, 'hi', { acks: 3 }), server.says(2, 'TWO', { acks: 6 })],
      ['client: one', 'server: hi', 'client: two', 'server: TWO'],
    ],
    [
      'a retransmission that joins two requests, captured after the reply to the first',
      [server.says(0, 'hi', { acks: 3 }), client.says(0, 'onetwo', { acks: 2 }), server.says(2, 'TWO', { acks: 6 })],
      ['client: one', 'server: hi', 'client: two', 'server: TWO'],
    ],
    [
      'a retransmission that joins two replies',
      [client.says(0, 'one'), client.says(3, 'two', { acks: 2 }), server.says(0, 'hiTWO', { acks: 6 })],
      ['client: one', 'server: hi', 'client: two', 'server: TWO'],
    ],
    [
      'a retransmission that had read more than what follows it',
      [
        server.says(0, 'go '),
        client.says(1, 'sk', { acks: 3 }),
        server.says(3, 'on'),
        client.says(0, 'a', { acks: 5 }),
      ],
      ['server: go ', 'client: ask', 'server: on'],
    ],

    // Gaps take their place like text.
    ['a lost request', [server.says(0, 'tell', { acks: 3 })], ['client: ___', 'server: tell']],
    [
      'a lost request before another',
      [client.says(3, 'two', { acks: 2 }), server.says(0, 'hi', { acks: 3 })],
      ['client: ___', 'server: hi', 'client: two'],
    ],
    ['a lost reply', [client.says(0, 'ask'), client.acks(4, 3)], ['client: ask', 'server: ____']],
    [
      'a lost reply between two requests',
      [client.says(0, 'one'), client.says(3, 'two', { acks: 3 }), server.says(3, 'TWO', { acks: 6 })],
      ['client: one', 'server: ___', 'client: two', 'server: TWO'],
    ],
    [
      'a reply and the next request lost',
      [client.says(0, 'one'), server.says(3, 'TWO', { acks: 6 }), client.says(6, '!', { acks: 6 })],
      ['client: one', 'server: ___', 'client: ___', 'server: TWO', 'client: !'],
    ],
    [
      'a request cut off',
      [client.says(0, 'ask', { cut: 2 }), server.says(0, 'tell', { acks: 3 })],
      ['client: a##', 'server: tell'],
    ],
    [
      'every text cut off as a whole',
      [
        client.says(0, 'ask', { cut: 3 }),
        server.says(0, 'tell', { acks: 3, cut: 4 }),
        client.says(3, 'more', { acks: 4, cut: 4 }),
      ],
      ['client: ###', 'server: ####', 'client: ####'],
    ],
    [
      'one side was not captured',
      [server.says(0, 'hi'), server.says(2, 'one', { acks: 3 }), server.says(5, 'two', { acks: 9 })],
      ['server: hi', 'client: _________', 'server: onetwo'],
    ],
  ];
  test.each(ROWS)('%s', (_, said, lines) => expect(linesOf(conversationOf([...OPENED, ...said]))).toEqual(lines));
});
