import type { Conversation } from '../conversation/conversation.ts';
import { type Endpoint, formatEndpoint } from '../packet/segment.ts';
import type { SetAside } from './analysis.ts';

/** Reasons that are told one by one; a capture with more is told in part. */
const MAX_REASONS = 1000;

/** Dialogues that give no check, folded by server and reason. */
export class SetAsideFolder {
  readonly #byReason = new Map<string, SetAside>();
  /** Dialogues beyond the reasons that are told. */
  untold = 0;

  add(conversation: Conversation, why: { reason: string; frame: number | undefined; nextStep?: string }): void {
    const { stream, client, server } = conversation;
    this.#count({ stream, client, server, reason: why.reason, frame: why.frame, nextStep: why.nextStep, count: 1 });
  }

  addDirect(stream: number, server: Endpoint, count: number): void {
    const reason = 'goes to the origin without a proxy, and others go through one';
    this.#count({
      stream,
      client: server,
      server,
      reason,
      frame: undefined,
      nextStep: `say --stream ${stream} to take it`,
      count,
    });
  }

  finish(): SetAside[] {
    return [...this.#byReason.values()].sort((a, b) => a.stream - b.stream);
  }

  #count(entry: SetAside): void {
    const key = `${formatEndpoint(entry.server)} ${entry.reason}`;
    const known = this.#byReason.get(key);
    if (known !== undefined) known.count += entry.count;
    else if (this.#byReason.size < MAX_REASONS) this.#byReason.set(key, entry);
    else this.untold += entry.count;
  }
}
