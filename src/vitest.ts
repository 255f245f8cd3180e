import { expect } from 'vitest';
import { type Dialogue, readDialogue } from './dialogue/dialogue.ts';
import { compareLike } from './fixture/compare.ts';
import type { Difference } from './fixture/difference.ts';
import type { FixtureJson } from './fixture/schema.ts';
import { parseFixture, type ServeFixtureOptions, serveFixture } from './library.ts';
import type { Target } from './replay/live.ts';
import { repeatDialogue } from './replay/repeat.ts';
import type { ServedFixture } from './replay/serve.ts';

/** A fixture: its text, or what an import of the JSON file gives. */
export type FixtureLike = string | FixtureJson;

export interface BehaveOptions {
  /** Milliseconds to wait for each reply; default 2000. */
  readonly timeout?: number;
  /** Ask the server for this address instead of the recorded one: another origin, of whose answer the status alone is compared. */
  readonly probe?: string;
}

interface BehaviorMatchers<Result> {
  /**
   * Has every dialogue of a fixture again with the server and compares what it answers, field by field. Fields that change by themselves may
   * change. Asynchronous: `await expect({ host, port }).toBehaveLike(fixture)`.
   */
  toBehaveLike(fixture: FixtureLike, options?: BehaveOptions): Promise<Result>;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the declaration has to be the one of vitest
  interface Matchers<T = any> extends BehaviorMatchers<T> {}
}

expect.extend({
  async toBehaveLike(received: Target, fixture: FixtureLike, options: BehaveOptions = {}) {
    const { timeout = 2000, probe } = options;
    const found: string[] = [];
    for (const dialogue of dialoguesOf(fixture)) {
      const again = await repeatDialogue(dialogue, received, {
        timeout,
        probe: probe === undefined ? undefined : new URL(probe),
      });
      const { changes } = compareLike([dialogue], [readDialogue(again, new Set())]);
      const counted = changes.filter(({ place, name }) => probe === undefined || !isHeader(place, name));
      found.push(...counted.map((change) => `tcp.stream ${dialogue.conversation.stream}: ${sentence(change)}`));
    }
    return {
      pass: found.length === 0,
      message: () =>
        found.length === 0
          ? `${received.host}:${received.port} behaves as recorded`
          : `${received.host}:${received.port} does not behave as recorded:\n${found.join('\n')}`,
    };
  },
});

/** Is it about what an HTTP answer says beside its status? */
const isHeader = (place: string, name: string): boolean =>
  place.includes(', HTTP ') && name !== 'message' && name !== 'status line';

const sentence = ({ place, name, before, after }: Difference): string =>
  `${place}: ${name}: recorded ${before.join(', ') || 'none'}, now ${after.join(', ') || 'none'}`;

/** Serves a fixture while `use` has its address, and ends the server then. Gives what `use` gives. */
export async function withServer<Result>(
  fixture: FixtureLike,
  use: (server: Pick<ServedFixture, 'host' | 'port'>) => Promise<Result> | Result,
  options: ServeFixtureOptions = {},
): Promise<Result> {
  const server = await serveFixture(dialoguesOf(fixture), options);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

const dialoguesOf = (fixture: FixtureLike): readonly Dialogue[] =>
  parseFixture(typeof fixture === 'string' ? fixture : JSON.stringify(fixture)).dialogues;
