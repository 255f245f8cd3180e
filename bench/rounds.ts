import { join } from 'node:path';
import type { Recipe } from './generate.ts';
import type { Contestant } from './measure.ts';

/** A comparison: its contestants run in turn. */
export interface Round {
  readonly title: string;
  readonly contestants: readonly Contestant[];
  /** The contestant to which the others are compared. */
  readonly base: string;
}

const MB = 1_000_000;

/** The captures by name, in the sizes that are measured; `scale` 1 is the whole. */
export const captures = (scale: number): Readonly<Record<string, Recipe>> => ({
  'short.pcap': { kind: 'short', format: 'pcap', size: 24 * MB * scale },
  'short.pcapng': { kind: 'short', format: 'pcapng', size: 24 * MB * scale },
  'long.pcap': { kind: 'short', format: 'pcap', size: 480 * MB * scale },
  'lossy.pcap': { kind: 'lossy', format: 'pcap', size: 24 * MB * scale },
  'bulk.pcap': { kind: 'bulk', format: 'pcap', size: 1000 * MB * scale },
  'bulk.pcapng': { kind: 'bulk', format: 'pcapng', size: 1000 * MB * scale },
  'tiny.pcap': { kind: 'tiny', format: 'pcap', size: 4096 },
});

const BARE = `const { parse } = require('pcap-parser');
let frames = 0;
parse(process.argv[1]).on('packet', () => frames++).on('end', () => {});`;

/** What a reader without pcap-parser needs at least: each record's header, and a view of its bytes. */
const WALK = `let rest = Buffer.alloc(0), position = 24, frames = 0;
require('fs').createReadStream(process.argv[1]).on('data', (chunk) => {
  const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
  let at = position;
  while (at + 16 <= bytes.length) {
    const length = bytes.readUInt32LE(at + 8);
    if (at + 16 + length > bytes.length) break;
    const frame = { seconds: bytes.readUInt32LE(at), fraction: bytes.readUInt32LE(at + 4), data: bytes.subarray(at + 16, at + 16 + length) };
    if (frame.data.length === length) frames++;
    at += 16 + length;
  }
  rest = bytes.subarray(at);
  position = 0;
});`;

/** Names of the contestants that targets speak of. */
export const NAME = {
  main: 'main job',
  ng: 'main job, pcapng',
  bare: 'bare pcap-parser pass',
  long: 'main job, 480 MB',
  conversations: 'tshark -q -z conv,tcp',
  tcpflow: 'tcpflow -o',
  node: 'node -e 0',
} as const;

/** The comparisons. `cli` is the built program, `folder` holds the captures and takes what peers write. */
export function rounds(cli: string, folder: string): Round[] {
  const node = process.execPath;
  const file = (name: string) => join(folder, name);
  const script = (name: string, code: string, capture: string): Contestant => ({
    name,
    command: [node, '-e', code, file(capture)],
  });
  const own = (name: string, capture: string, ...args: string[]): Contestant => ({
    name,
    command: [node, cli, ...args, '-q', file(capture)],
  });
  const floor = (capture: string): Contestant => ({
    name: 'tcpdump, the floor',
    command: ['tcpdump', '-r', file(capture), '-w', '/dev/null', 'tcp port 9'],
  });
  const tshark = (name: string, what: string): Contestant => ({
    name,
    command: ['tshark', '-q', '-z', what, '-r', file('short.pcap')],
  });
  return [
    {
      title: 'short, 24 MB',
      base: NAME.bare,
      contestants: [
        script(NAME.bare, BARE, 'short.pcap'),
        own(NAME.main, 'short.pcap'),
        own(NAME.ng, 'short.pcapng'),
        own('list', 'short.pcap', 'list'),
        script('walk over the records', WALK, 'short.pcap'),
        tshark(NAME.conversations, 'conv,tcp'),
        tshark('tshark -q -z follow,tcp,raw,0', 'follow,tcp,raw,0'),
        {
          name: NAME.tcpflow,
          command: ['tcpflow', '-q', '-r', file('short.pcap'), '-o', file('flows')],
          fills: file('flows'),
        },
        floor('short.pcap'),
      ],
    },
    {
      title: 'short, 480 MB',
      base: NAME.bare,
      contestants: [
        script(NAME.bare, BARE, 'long.pcap'),
        own(NAME.main, 'long.pcap'),
        script('walk over the records', WALK, 'long.pcap'),
        floor('long.pcap'),
      ],
    },
    {
      title: 'bulk, 1 GB',
      base: NAME.bare,
      contestants: [
        script(NAME.bare, BARE, 'bulk.pcap'),
        own(NAME.main, 'bulk.pcap'),
        own(NAME.ng, 'bulk.pcapng'),
        script('walk over the records', WALK, 'bulk.pcap'),
        floor('bulk.pcap'),
      ],
    },
    {
      title: 'lossy, 24 MB',
      base: NAME.bare,
      contestants: [
        script(NAME.bare, BARE, 'lossy.pcap'),
        own(NAME.main, 'lossy.pcap'),
        own('list', 'lossy.pcap', 'list'),
      ],
    },
    {
      title: 'start',
      base: NAME.node,
      contestants: [
        { name: NAME.node, command: [node, '-e', '0'] },
        { name: '--version', command: [node, cli, '--version'] },
        own('main job, 4 KB', 'tiny.pcap'),
      ],
    },
  ];
}
