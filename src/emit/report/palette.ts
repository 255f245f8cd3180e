/** A color for light pages and one for dark ones. */
type Pair = readonly [light: string, dark: string];

/** Every color of the page by name. Roles and needs are told by form as well. */
export const PALETTE = {
  page: ['#ffffff', '#14171c'],
  panel: ['#f6f7f9', '#1c2128'],
  ink: ['#1c2128', '#e6e9ee'],
  dim: ['#59616e', '#a0a9b6'],
  line: ['#d8dce2', '#363d48'],
  link: ['#0a58b0', '#82b8f5'],
  client: ['#0a58b0', '#82b8f5'],
  server: ['#0b6a54', '#5fcfae'],
  fixed: ['#eceff3', '#272d36'],
  outcome: ['#ffefc2', '#4a3b10'],
  volatile: ['#e1ebfb', '#1d3354'],
  secret: ['#fbe3eb', '#4d1f33'],
  need: ['#7a2fc4', '#c79bf5'],
  good: ['#17682f', '#77d091'],
  bad: ['#b3261e', '#ff9d94'],
  warn: ['#fff6dc', '#37300f'],
} as const satisfies Record<string, Pair>;

export type ColorName = keyof typeof PALETTE;

/** Which colors stand on which, as text: what the contrast is computed of. */
export const TEXT_ON: readonly (readonly [text: ColorName, ground: ColorName])[] = [
  ...(['ink', 'dim', 'link', 'client', 'server', 'good', 'bad', 'need'] as const).flatMap((text) => [
    [text, 'page'] as const,
    [text, 'panel'] as const,
  ]),
  ...(['fixed', 'outcome', 'volatile', 'secret', 'warn'] as const).map((ground) => ['ink', ground] as const),
];

/** The palette as custom properties, for light pages (0) or dark ones (1). */
export const properties = (theme: 0 | 1): string =>
  Object.entries(PALETTE)
    .map(([name, pair]) => `--${name}:${pair[theme]}`)
    .join(';');
