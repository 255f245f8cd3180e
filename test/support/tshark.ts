import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A conversation as tshark follows it. */
export interface Followed {
  /** `127.0.0.1:1080`, `[::1]:1080`; end 0 is the sender of the first frame. */
  readonly ends: readonly [string, string];
  /** What the ends say by turns; neighbors of one end are joined. */
  readonly turns: readonly { readonly end: 0 | 1; readonly hex: string }[];
  /** How many frames have its number. */
  readonly frames: number;
}

/** What tshark reads in a capture that has `count` conversations. */
export async function followedBy(file: string, count: number): Promise<Followed[]> {
  const numbers = [...Array(count).keys()];
  const stdout = await outputOf(
    ['-r', file, '--disable-protocol', 'socks'], // what stands behind a SOCKS header would be taken out of the stream
    ['-Y', 'tcp && !icmp && !icmpv6', '-T', 'fields', '-e', 'tcp.stream'], // an ICMP error quotes TCP
    ...numbers.map((stream) => ['-z', `follow,tcp,raw,${stream}`]),
  );
  const [fields = '', ...follows] = stdout.split(/^=+$/m);
  const streams = fields.trim().split('\n').map(Number);
  return numbers.map((stream) => {
    const text = follows.find((each) => each.includes(`Filter: tcp.stream eq ${stream}\n`)) ?? '';
    const end = (node: 0 | 1) => new RegExp(`^Node ${node}: (.*)$`, 'm').exec(text)?.[1] ?? '';
    const frames = streams.filter((each) => each === stream).length;
    return { ends: [end(0), end(1)], turns: turnsIn(text), frames };
  });
}

async function outputOf(...args: string[][]): Promise<string> {
  try {
    return (await promisify(execFile)('tshark', args.flat(), { maxBuffer: 2 ** 28 })).stdout;
  } catch (error) {
    // A capture that ends inside a frame is an error to tshark, after it has told all before that.
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    if (stdout === undefined || !stderr?.includes('cut short in the middle of a packet')) throw error;
    return stdout;
  }
}

/** A line is a segment in hex, indented where it is of node 1. */
function turnsIn(text: string): Followed['turns'] {
  const turns: { end: 0 | 1; hex: string }[] = [];
  for (const [, tab, hex = ''] of text.matchAll(/^(\t?)([0-9a-f]+)$/gm)) {
    const said = withoutNotes(hex);
    const end = tab === '' ? 0 : 1;
    const last = turns.at(-1);
    if (last?.end === end) last.hex += said;
    else if (said !== '') turns.push({ end, hex: said });
  }
  return turns;
}

/** Where bytes are missing, tshark writes `[9 bytes missing in capture file]` and a NUL among the bytes. */
const withoutNotes = (hex: string): string =>
  Buffer.from(
    Buffer.from(hex, 'hex')
      .toString('latin1')
      .replaceAll(/\[\d+ bytes missing in capture file\]\0/g, ''),
    'latin1',
  ).toString('hex');
