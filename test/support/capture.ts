import { CaptureFiles, capturedOf, type Frame } from '../../src/capture/frame.ts';
import { readFrames } from '../../src/capture/read.ts';
import { CaptureError } from '../../src/capture/warning.ts';
import { framesOf, Talk, type WireFrame } from './wire.ts';

/** Frames of every kind that a file format has to carry: of odd length, cut by the snapshot length, and without a byte. */
export const FRAMES: readonly WireFrame[] = [
  ...framesOf(new Talk().handshake().client('odd').segments),
  { data: Buffer.from('cut by the snapshot length'), originalLength: 1500, time: 1_700_000_001_999_999 },
  { data: Buffer.alloc(0), originalLength: 60, time: 1_700_000_002_000_000 },
];

/** A frame in a form that reads well in a diff; the time keeps its nanoseconds. */
export interface ReadFrame {
  readonly number: number;
  readonly time: string;
  readonly linkType: number;
  readonly data: string;
  readonly originalLength: number;
}

/** All that reading a file gives: the frames that came before an error count. */
export interface Outcome {
  readonly frames: readonly ReadFrame[];
  readonly warnings: readonly string[];
  /** The message of the CaptureError; any other error is thrown on. */
  readonly error: string | undefined;
}

/** The bytes in chunks of `length`. */
export async function* chunksOf(bytes: Uint8Array, length = 65_536): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield Buffer.from(bytes.subarray(at, at + length));
}

/** What reading a file, called test.pcap, gives. */
export async function outcomeOf(file: Uint8Array | AsyncIterable<Buffer>, chunkLength?: number): Promise<Outcome> {
  const files = new CaptureFiles();
  files.begin('test.pcap');
  const warnings: string[] = [];
  const frames: Frame[] = [];
  const chunks = file instanceof Uint8Array ? chunksOf(file, chunkLength) : file;
  let error: string | undefined;
  try {
    for await (const batch of readFrames(chunks, 'test.pcap', files, ({ message }) => warnings.push(message))) {
      frames.push(...batch);
    }
  } catch (thrown) {
    if (!(thrown instanceof CaptureError)) throw thrown;
    error = thrown.message;
  }
  return { frames: frames.map(readable), warnings, error }; // turned into text last: bytes overwritten since would show
}

/** What reading FRAMES should give, whatever the format. */
export const asRead = (frames: readonly WireFrame[], { linkType = 1, first = 1 } = {}): ReadFrame[] =>
  frames.map(({ data, time, originalLength = data.length }, at) => ({
    number: first + at,
    time: `${Math.floor(time / 1_000_000)}.${String(time % 1_000_000).padStart(6, '0')}000`,
    linkType,
    data: data.toString('hex'),
    originalLength,
  }));

export const readable = (frame: Frame): ReadFrame => ({
  number: frame.number,
  time: `${frame.seconds}.${String(frame.nanoseconds).padStart(9, '0')}`,
  linkType: frame.linkType,
  data: capturedOf(frame).toString('hex'),
  originalLength: frame.originalLength,
});
