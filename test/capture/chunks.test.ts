import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkPuller, ChunkQueue, CutOff } from '../../src/capture/chunks.ts';
import { chunksOf } from '../support/capture.ts';
import { hex } from '../support/wire.ts';

describe('a queue of chunks', () => {
  test('gives back what was pushed, in pieces of any length', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 12 });
    const lengths = fc.array(fc.nat({ max: 20 }), { maxLength: 12 });
    fc.assert(
      fc.property(chunks, lengths, (pushed, pieces) => {
        const all = Buffer.concat(pushed);
        const queue = new ChunkQueue();
        for (const chunk of pushed) queue.push(Buffer.from(chunk));
        let at = 0;
        for (const length of pieces) {
          const enough = at + length <= all.length;
          expect(queue.gather(length)).toBe(enough);
          if (enough) expect(queue.head.subarray(queue.at, queue.at + length)).toEqual(all.subarray(at, at + length));
          expect(queue.take(length)).toEqual(enough ? all.subarray(at, at + length) : undefined);
          if (enough) at += length;
          expect([queue.offset, queue.length]).toEqual([at, all.length - at]);
        }
      }),
    );
  });

  test('drops what is there and says how much it was', () => {
    const queue = new ChunkQueue();
    for (const chunk of ['0102', '03', '040506']) queue.push(hex(chunk));
    expect([queue.drop(4), queue.take(1)?.toString('hex'), queue.drop(100), queue.drop(1)]).toEqual([4, '05', 1, 0]);
    expect([queue.offset, queue.length]).toEqual([6, 0]);
  });

  test('what was taken is not changed by what comes after', () => {
    const queue = new ChunkQueue();
    for (const chunk of ['0102', '03', '0405']) queue.push(hex(chunk));
    const first = queue.take(3);
    queue.push(hex('0607'));
    queue.take(4);
    expect(first?.toString('hex')).toBe('010203');
  });

  test('joins very many chunks without delay', () => {
    const queue = new ChunkQueue();
    for (let count = 0; count < 300_000; count++) queue.push(Buffer.of(count & 0xff));
    const began = performance.now();
    expect(queue.take(300_000)).toHaveLength(300_000);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('chunks that are pulled', () => {
  const bytes = hex('00010203040506070809');

  test.each([1, 3, 10, 64])('come in pieces of any length, in chunks of %i', async (length) => {
    const puller = new ChunkPuller(chunksOf(bytes, length));
    const pieces = [await puller.take(0), await puller.take(1), await puller.take(4)];
    await puller.skip(3);
    expect(await puller.more()).toBe(true);
    pieces.push(await puller.take(2));
    expect(pieces.map((piece) => piece.toString('hex'))).toEqual(['', '00', '01020304', '0809']);
    expect(await puller.more()).toBe(false);
  });

  test('are cut off inside a piece that is taken or skipped', async () => {
    await expect(new ChunkPuller(chunksOf(bytes, 3)).take(11)).rejects.toThrow(CutOff);
    await expect(new ChunkPuller(chunksOf(bytes, 3)).skip(11)).rejects.toThrow(CutOff);
    await expect(new ChunkPuller(chunksOf(Buffer.alloc(0))).take(1)).rejects.toThrow('0 of 1 bytes');
  });

  test('without a byte in them are passed over', async () => {
    async function* sparse(): AsyncGenerator<Buffer> {
      yield Buffer.alloc(0);
      yield hex('01');
      yield Buffer.alloc(0);
    }
    const puller = new ChunkPuller(sparse());
    expect([await puller.more(), await puller.take(1), await puller.more()]).toEqual([true, hex('01'), false]);
  });
});
