import { expect, test } from 'vitest';
import { PALETTE, TEXT_ON } from '../../../src/emit/report/palette.ts';

/** Relative luminance (WCAG 2.2). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test('white on black has a contrast of 21', () => expect(contrast('#ffffff', '#000000')).toBeCloseTo(21));

test.each(TEXT_ON.map(([text, ground]) => ({ text, ground })))(
  '$text on $ground has a contrast of at least 4.5, on light pages and on dark ones',
  ({ text, ground }) => {
    for (const theme of [0, 1] as const)
      expect(contrast(PALETTE[text][theme], PALETTE[ground][theme])).toBeGreaterThanOrEqual(4.5);
  },
);
