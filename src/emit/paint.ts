/** How an emitter marks text; the identity unless the terminal supplies colors. */
export interface Paint {
  readonly client: (text: string) => string;
  readonly server: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly bad: (text: string) => string;
}

const same = (text: string): string => text;
export const PLAIN: Paint = { client: same, server: same, dim: same, strong: same, bad: same };
