/** For whom an emitter writes: how it marks text, and how wide a line may be. The identity, without bounds, unless there is a terminal. */
export interface Paint {
  /** Columns of the terminal; infinite where there is none: what programs read is never cut. */
  readonly columns: number;
  readonly client: (text: string) => string;
  readonly server: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly bad: (text: string) => string;
}

const same = (text: string): string => text;
export const PLAIN: Paint = {
  columns: Number.POSITIVE_INFINITY,
  client: same,
  server: same,
  dim: same,
  strong: same,
  bad: same,
};
