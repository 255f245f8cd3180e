import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { axisFor, placeOn, roundStep } from '../../../src/emit/report/axis.ts';

/** Milliseconds in order, to the nanosecond. */
const moments = fc
  .array(fc.oneof(fc.nat({ max: 1e12 }), fc.nat({ max: 1e6 })), { minLength: 1, maxLength: 40 })
  .map((each) => each.map((nanoseconds) => nanoseconds / 1e6).sort((a, b) => a - b));

describe('the time axis', () => {
  test('is monotone, and to scale in every stretch', () => {
    fc.assert(
      fc.property(moments, (times) => {
        const axis = axisFor(times, 400);
        const places = times.map((time) => placeOn(axis, time));
        places.forEach((place, at) => {
          if (at > 0) expect(place).toBeGreaterThanOrEqual(places[at - 1] as number);
        });
        for (const { from, to, top, bottom } of axis.stretches) {
          expect(bottom - top).toBeCloseTo((to - from) * axis.scale, 6);
          const inside = times.filter((time) => time >= from && time <= to);
          for (const time of inside) expect(placeOn(axis, time) - top).toBeCloseTo((time - from) * axis.scale, 6);
        }
        for (const time of times) expect(axis.stretches.some(({ from, to }) => from <= time && time <= to)).toBe(true);
      }),
    );
  });

  test('leaves out a silence that dwarfs all else, however often it comes, and says where', () => {
    const { stretches } = axisFor([0, 0.1, 0.2, 0.3, 3000, 3000.1, 3000.2, 6000, 6000.2], 300);
    expect(stretches.map(({ from, to }) => [from, to])).toEqual([
      [0, 0.3],
      [3000, 3000.2],
      [6000, 6000.2],
    ]);
  });

  test('leaves out nothing where the moments are spread', () => {
    expect(axisFor([0, 1, 3, 4, 9], 300).stretches).toHaveLength(1);
    expect(axisFor([0], 300)).toMatchObject({ length: 0, scale: 0 });
  });

  test('is graduated in round steps', () => {
    expect([0.5, 3, 40, 700].map((scale) => roundStep(scale, 12))).toEqual([50, 5, 0.5, 0.02]);
  });
});
