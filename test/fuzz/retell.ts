import type { Side } from '../../src/conversation/conversation.ts';
import { TUNNELS } from '../support/tunnels.ts';
import {
  framesOf,
  hex,
  LINKS,
  type Link,
  pcapFile,
  pcapngFile,
  RST,
  Talk,
  type WireFrame,
  type WireSegment,
} from '../support/wire.ts';
import type { Random } from './random.ts';
import type { Script } from './seeds.ts';

/** Words that mean something to a decoder, a terminal or HAProxy. */
const WORDS: readonly Buffer[] = [
  ...[
    ...['\r\n', '\r\n\r\n', '\n', ' ', '\t', '"', "'", '\\', '\\x', '$HOME', '\x24{X}', '#', '%[src]', '\0', '\x7f'],
    ...['\x1b[31m', '\x1b]0;title\x07', '\u202e', '\u009b2J', '\ufeff', '^0500', '.*', '(', '[', '{9999}', '*/'],
    ...['HTTP/1.1 ', 'HTTP/1.1 200 OK\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\n\r\n'],
    ...['Content-Length: 0\r\n', 'Content-Length: 1\r\n', 'Content-Length: 18446744073709551616\r\n'],
    ...[
      'Content-Length: -1\r\n',
      'Transfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
      'ffffffff\r\n',
      'fffffffffffffffff\r\n',
    ],
    ...['Host: \r\n', 'Date: \r\n'],
  ].map((text) => Buffer.from(text)),
  ...['0500', '05ff', '05020001', '0502', '0100', '0101', '05010003ff', '05000003ff', '050000', '9b'].map(hex),
  ...[Buffer.alloc(300, 'a'), Buffer.alloc(300, 0xff), Buffer.alloc(20_000, 'b'), Buffer.alloc(9000, 0)],
];

/** The script with some of what is said changed. */
export function reworded(script: Script, random: Random, others: readonly Script[]): Script {
  let turns = [...script];
  for (let count = random.between(1, 3); count > 0 && turns.length > 0; count--) {
    const at = random.below(turns.length);
    const turn = turns[at] as Script[number];
    switch (random.below(10)) {
      case 0:
        turns = turns.toSpliced(at, 1);
        break;
      case 1:
        turns = turns.toSpliced(at, 0, turn);
        break;
      case 2:
        turns = [...turns.slice(0, at), ...random.pick(others)];
        break;
      case 3:
        turns[at] = { side: otherSide(turn.side), bytes: turn.bytes };
        break;
      default:
        turns[at] = { side: turn.side, bytes: rewordedBytes(turn.bytes, random) };
    }
  }
  return turns;
}

const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client');

function rewordedBytes(bytes: Buffer, random: Random): Buffer {
  // What decides stands at the beginning.
  const at = random.below((random.oneIn(2) ? Math.min(24, bytes.length) : bytes.length) + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const put = random.oneIn(2) ? random.pick(WORDS) : random.bytes(random.between(1, 4));
  switch (random.below(4)) {
    case 0:
      return Buffer.concat([before, put, after]);
    case 1:
      return Buffer.concat([before, put, after.subarray(put.length)]);
    case 2:
      return Buffer.concat([before, after.subarray(random.between(1, 8))]);
    default:
      return before;
  }
}

/** A capture of what the script says: on some link, in some segments, as some file. */
export function retold(script: Script, random: Random): Buffer {
  const link: Link = random.pick([LINKS.ethernet, ...Object.values(LINKS), ...Object.values(TUNNELS)]);
  const segments = Array.from({ length: random.pick([1, 1, 2, 3]) }, (_, at) => segmentsOf(script, random, at)).flat();
  const frames = framesOf(random.oneIn(2) ? segments : disturbed(segments, random), link).map((frame) =>
    random.oneIn(60) ? cutShort(frame, random) : frame,
  );
  const options = { linkType: link.linkType, bigEndian: random.oneIn(4) };
  return random.oneIn(3)
    ? pcapngFile(frames, options)
    : pcapFile(frames, { ...options, nanoseconds: random.oneIn(4), modified: random.oneIn(6) });
}

function segmentsOf(script: Script, random: Random, number: number): WireSegment[] {
  const v6 = random.oneIn(4);
  const talk = new Talk({
    client: v6 ? `[fd00::1]:${40_000 + number}` : `10.0.0.1:${40_000 + number}`,
    server: v6 ? '[fd00::2]:1080' : '10.0.0.2:1080',
    clientIsn: random.pick([0, 1000, 0xfffffff0, random.next()]),
    serverIsn: random.pick([0, 5000, 0xffffffff, random.next()]),
  });
  if (!random.oneIn(8)) talk.handshake();
  const size = random.pick([1460, 1460, 1460, 100, 7, 1]);
  for (const { side, bytes } of script) talk.says(side, bytes, bytes.length > 2000 ? 1460 : size);
  if (random.oneIn(8)) talk.segment('server', { flags: RST });
  else if (!random.oneIn(8)) talk.close();
  return talk.segments;
}

/** Some segments lost, repeated, or later than others. */
function disturbed(segments: readonly WireSegment[], random: Random): WireSegment[] {
  return segments
    .flatMap((segment, at) => {
      const key = random.oneIn(10) ? at + random.between(-3, 3) : at;
      const copies = random.oneIn(30) ? 0 : random.oneIn(20) ? 2 : 1;
      return Array.from({ length: copies }, (_, copy) => ({ segment, key: key + 2 * copy }));
    })
    .sort((a, b) => a.key - b.key)
    .map(({ segment }) => segment);
}

function cutShort({ data, time }: WireFrame, random: Random): WireFrame {
  return { data: data.subarray(0, random.below(data.length)), originalLength: data.length, time };
}
