import type { Sample } from '../check/sample.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { formatEndpoint } from '../packet/segment.ts';
import type { SetAside } from './analysis.ts';

/** Reasons that are told one by one; a capture with more is told in part. */
const MAX_REASONS = 1000;

/** Dialogues that give no check, folded by server and reason. */
export class SetAsideFolder {
  readonly #byReason = new Map<string, SetAside>();
  /** Dialogues beyond the reasons that are told. */
  untold = 0;

  /** Counts a dialogue, and says how many there were like it. */
  add(conversation: Conversation, why: { reason: string; frame: number | undefined; nextStep?: string }): number {
    const { stream, client, server } = conversation;
    const { reason, frame, nextStep } = why;
    return this.#count({ stream, client, server, reason, frame, nextStep, count: 1 });
  }

  /** Counts like samples of which no check is made. */
  addSamples({ stream, server }: Sample, reason: string, frame: number | undefined, count: number): void {
    this.#count({
      stream,
      client: server,
      server,
      reason,
      frame,
      nextStep: `say --stream ${stream} to take it`,
      count,
    });
  }

  finish(): SetAside[] {
    return [...this.#byReason.values()].sort((a, b) => a.stream - b.stream);
  }

  #count(entry: SetAside): number {
    const key = `${formatEndpoint(entry.server)} ${entry.reason}`;
    const known = this.#byReason.get(key);
    if (known !== undefined) known.count += entry.count;
    else if (this.#byReason.size < MAX_REASONS) this.#byReason.set(key, entry);
    else this.untold += entry.count;
    return known?.count ?? 1;
  }
}
