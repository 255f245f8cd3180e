import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SparseBytes } from '../../src/conversation/sparse-bytes.ts';

test('what was written is what is read, wherever it was and in whatever order', () => {
  const place = fc.integer({ min: -600, max: 600 });
  const write = fc.record({ at: place, length: fc.integer({ min: 1, max: 300 }), value: fc.constantFrom(0, 1, 255) });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 8 }), place, fc.nat(300), (writes, start, length) => {
      const sparse = new SparseBytes();
      const written = new Map<number, number>();
      for (const { at, length: count, value } of writes) {
        sparse.write(at, new Uint8Array(count).fill(value));
        for (let each = at; each < at + count; each++) written.set(each, value);
      }
      const places = Array.from({ length }, (_, offset) => start + offset);
      expect(places.map((each) => sparse.isWritten(each))).toEqual(places.map((each) => written.has(each)));
      for (const wanted of [true, false]) {
        const found = places.find((each) => written.has(each) === wanted) ?? start + length;
        expect(sparse.find(wanted, start, start + length)).toBe(found);
      }
      expect([...sparse.read(start, start + length)]).toEqual(places.map((each) => written.get(each) ?? 0));
    }),
  );
});
