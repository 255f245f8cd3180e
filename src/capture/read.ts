import { DEFAULT_LIMITS, type Limits } from '../bytes/limits.ts';
import { decompressed } from './compression.ts';
import type { ReadContext } from './context.ts';
import type { CaptureFiles, Frame } from './frame.ts';
import { PCAP_MAGICS, readPcap } from './pcap.ts';
import { readPcapng, SECTION_HEADER } from './pcapng.ts';
import { sniffed } from './sniff.ts';
import { openSource } from './source.ts';
import { CaptureError, type Warn } from './warning.ts';

/**
 * The frames of several captures as one timeline, in the order given, in batches. A batch is read only when it is asked for.
 * `-` is standard input. Formats are told by magic: pcap, pcapng, either of them in gzip or zstd.
 * Throws CaptureError for what cannot be read.
 */
export async function* readCaptures(
  paths: readonly string[],
  files: CaptureFiles,
  warn: Warn,
  limits: Limits = DEFAULT_LIMITS,
): AsyncGenerator<Frame[]> {
  const uses = new Map<string, number>();
  for (const path of paths) {
    const source = openSource(path);
    const use = (uses.get(source.name) ?? 0) + 1;
    uses.set(source.name, use);
    // Two files may have the same base name; their directories must not show in an artifact.
    const name = use === 1 ? source.name : `${source.name}#${use}`;
    files.begin(name, source.bytesRead);
    yield* readFrames(source.chunks, name, files, warn, limits);
  }
}

/** The frames of one file, whose bytes come in chunks. `file` is its name in warnings and errors. */
export async function* readFrames(
  chunks: AsyncIterable<Buffer>,
  file: string,
  files: CaptureFiles,
  warn: Warn,
  limits: Limits = DEFAULT_LIMITS,
): AsyncGenerator<Frame[]> {
  const context: ReadContext = {
    file,
    files,
    warn,
    limits,
    cutOff: (offset, length) =>
      warn({
        code: 'cut-off',
        message: `${file}, offset ${offset}: the last frame is cut off (${length} bytes of it are there) and left out; stop tcpdump with SIGINT, or use its -U, to get whole frames`,
      }),
  };
  const plain = await sniffed(await decompressed(await sniffed(chunks), context));
  const magic = plain.head.toString('hex', 0, 4);
  if (PCAP_MAGICS.has(magic)) yield* readPcap(plain, context);
  else if (magic === SECTION_HEADER) yield* readPcapng(plain, context);
  else {
    await plain.close(); // or a pipe on standard input would keep the process until its writer ends
    throw notACapture(plain.head, file);
  }
}

/** Files that people take for a pcap, by their first bytes, and what to do with each. */
const OTHER_FORMATS: readonly (readonly [hex: string, what: string, nextStep: string])[] = [
  ['fd377a58', 'xz-compressed', 'decompress it first: unxz'],
  ['425a68', 'bzip2-compressed', 'decompress it first: bunzip2'],
  ['04224d18', 'lz4-compressed', 'decompress it first: unlz4'],
  ['504b0304', 'a zip archive', 'unpack it first: unzip'],
  ['736e6f6f70', "Solaris snoop's format", 'convert it with: editcap -F pcap'],
  ['1f8b', 'gzip inside gzip', 'decompress it once: gunzip'],
  ['7b', 'JSON', 'if it is a fixture, name it as a file, plain or in gzip: none is taken from a pipe'],
  ['28b52ffd', 'zstd inside a compressed file', 'decompress it once: unzstd'],
];

function notACapture(head: Buffer, file: string): CaptureError {
  if (head.length === 0) return new CaptureError({ file }, 'the file is empty', 'record again');
  const hex = head.toString('hex', 0, 8);
  const known = OTHER_FORMATS.find(([magic]) => hex.startsWith(magic));
  if (known !== undefined) return new CaptureError({ file, offset: 0 }, `this is ${known[1]}`, known[2]);
  return new CaptureError(
    { file, offset: 0 },
    `not a capture: it starts with ${hex}, expected pcap, pcapng, or either in gzip or zstd`,
    'record with: tcpdump -i any -s 0 -w session.pcap',
  );
}
