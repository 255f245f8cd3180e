import type { Dialogue } from '../../dialogue/dialogue.ts';
import type { Message } from '../../dialogue/layer.ts';
import { titleOf } from '../../dialogue/title.ts';

/** Dialogues that say the same in the same order: the first of them, laid over each other, stand for all. */
export interface Alike {
  /** In order of their numbers. */
  readonly dialogues: readonly Dialogue[];
  /** How many there are in all. */
  readonly count: number;
}

/** Dialogues of one kind that are laid over each other. */
const LAID_OVER = 6;
/** Kinds that are shown, of those that worked and of those that did not: neither crowds out the other. */
const MAX_KINDS = { worked: 12, failed: 8 } as const;
/** Messages that tell kinds apart, and bytes of each. */
const MAX_TITLES = 40;
const MAX_COMPARED = 4096;

type Pool = keyof typeof MAX_KINDS;
type Kind = { dialogues: Dialogue[]; count: number };

/** Picks the dialogues that a report shows, as they come. What it keeps does not grow with them. */
export class Selection {
  readonly #pools: Readonly<Record<Pool, Map<string, Kind>>> = { worked: new Map(), failed: new Map() };
  /** Dialogues of kinds that are not shown. */
  leftOut = 0;

  add(dialogue: Dialogue): void {
    const pool = hasWorked(dialogue) ? 'worked' : 'failed';
    const kinds = this.#pools[pool];
    const key = keyOf(dialogue);
    const known = kinds.get(key);
    if (known === undefined && kinds.size >= MAX_KINDS[pool]) {
      this.leftOut++;
      return;
    }
    const kind = known ?? { dialogues: [], count: 0 };
    kinds.set(key, kind);
    kind.count++;
    kind.dialogues.push(dialogue);
    kind.dialogues.sort((a, b) => a.conversation.stream - b.conversation.stream); // conversations come as they end
    kind.dialogues.length = Math.min(kind.dialogues.length, LAID_OVER);
  }

  /** Those that worked come first; each in order of its first dialogue. */
  finish(): Alike[] {
    const streamOf = ({ dialogues }: Alike) => (dialogues[0] as Dialogue).conversation.stream;
    return [this.#pools.worked, this.#pools.failed].flatMap((kinds) =>
      [...kinds.values()].sort((a, b) => streamOf(a) - streamOf(b)),
    );
  }
}

const hasWorked = ({ outcome, layers }: Dialogue): boolean =>
  outcome.kind === 'opened'
    ? (outcome.status ?? 200) < 400
    : outcome.kind === 'unknown' && (layers.at(-1)?.messages.length ?? 0) > 1;

/** What is said and what came of it, whoever said it. What makes two checks is never of one kind. */
function keyOf({ conversation, layers, outcome }: Dialogue): string {
  const { bytes } = conversation.client.bytes;
  const said = layers.flatMap(({ protocol, messages }) => {
    const first = messages.find(({ side }) => side === 'client');
    return messages.slice(0, MAX_TITLES).map((message) => {
      const { side, kind, start } = message;
      // A PROXY header names its client.
      const title = kind === 'header' ? kind : titleOf(message);
      const asks = side === 'client' && (ASKING.has(kind) || (kind === 'data' && message === first));
      const end = Math.min(message.end, start + MAX_COMPARED);
      return [protocol, side, title, asks ? Buffer.from(bytes.subarray(start, end)).toString('latin1') : ''];
    });
  });
  const failure = outcome.kind === 'opened' ? '' : outcome.reason;
  return JSON.stringify([layers.map(({ protocol }) => protocol), said, outcome.kind, failure]);
}

/** Messages that a check repeats byte by byte; of an unknown protocol the first. */
const ASKING: ReadonlySet<Message['kind']> = new Set(['greeting', 'password request', 'request', 'redis command']);
