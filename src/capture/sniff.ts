/** A byte source whose first bytes are known. */
export interface Sniffed extends AsyncIterable<Buffer> {
  /** The first bytes, at least 8 where the source has as many. */
  readonly head: Buffer;
  /** Lets go of the source; for a reader that looks at the head and wants no more. */
  readonly close: () => Promise<void>;
}

/** Reads the first bytes and gives them back as part of the whole. */
export async function sniffed(chunks: AsyncIterable<Buffer>): Promise<Sniffed> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 8) {
    const next = await iterator.next();
    if (next.done) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  const close = async () => {
    await iterator.return?.();
  };
  return {
    head,
    close,
    async *[Symbol.asyncIterator]() {
      try {
        if (head.length > 0) yield head;
        yield* { [Symbol.asyncIterator]: () => iterator };
      } finally {
        await close();
      }
    },
  };
}

const ZSTD_MAGIC = 0xfd2fb528;

/** Is this a zstd file, to judge by its first bytes? It may begin with a skippable frame. */
export function isZstd(head: Buffer): boolean {
  return head.length >= 4 && (head.readUInt32LE() === ZSTD_MAGIC || isSkippable(head.readUInt32LE()));
}

/** Skippable frames (RFC 8878 §3.1.2) have 16 magic numbers, 184D2A50 to 184D2A5F. */
export const isSkippable = (magic: number): boolean => magic >>> 4 === 0x184d2a5;
