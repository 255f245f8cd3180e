import type { Conversation } from '../conversation/conversation.ts';
import type { ByteStream, Run } from '../conversation/stream.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import { idleBytesOf, isVisible, MAY_BE } from '../dialogue/idle.ts';
import type { Group } from './agree.ts';

/** A conversation whose sample was folded into a group. */
interface Known {
  readonly conversation: Conversation;
  readonly idle: Uint8Array;
  readonly group: Group;
}

/** As many are remembered, those that were met last. */
const REMEMBERED = 16;
/** Longer ones are read each time: they are few where a capture is long. */
const MAX_LENGTH = 4096; // bytes of a side

/**
 * Recognizes conversations that say what one before them said, byte by byte but for those that decide nothing.
 * Where a check has samples enough, nothing is learned from reading such a one again.
 */
export class Repeats {
  #known: Known[] = [];

  /** The group into which the sample of this conversation would be folded; undefined where only reading it tells. */
  groupOf(conversation: Conversation): Group | undefined {
    const at = this.#known.findIndex(
      ({ conversation: before, idle }) =>
        saysTheSame(conversation, before) &&
        isSameText(conversation.server.bytes.bytes, before.server.bytes.bytes, idle),
    );
    if (at === -1) return undefined;
    const known = this.#known[at] as Known;
    if (at > 0) this.#known = [known, ...this.#known.filter((each) => each !== known)];
    return known.group;
  }

  /** Remembers a conversation as it was captured, the dialogue as which it was read, and the group into which its sample was folded. */
  remember(conversation: Conversation, dialogue: Dialogue, group: Group): void {
    if (dialogue.conversation !== conversation) return; // the bytes gave the roles
    if (!saysTheSame(conversation, conversation)) return; // it is not simple enough
    const idle = idleBytesOf(dialogue.layers, conversation.server.bytes.bytes);
    this.#known = [{ conversation, idle, group }, ...this.#known.slice(0, REMEMBERED - 1)];
  }
}

/** Are two conversations the same but for the client's endpoint, the moment, and what the server's bytes are? */
const saysTheSame = (one: Conversation, other: Conversation): boolean =>
  isSameStream(one.client.bytes, other.client.bytes) &&
  isSameStream(one.server.bytes, other.server.bytes) &&
  one.rolesBy === other.rolesBy &&
  !one.cutShort &&
  one.server.port === other.server.port &&
  one.server.address === other.server.address &&
  isSameOrder(one, other) &&
  isSameText(one.client.bytes.bytes, other.client.bytes.bytes, NOTHING_IDLE);

/** Are two streams whole, of one telling, and the same but for their bytes? */
const isSameStream = (one: ByteStream, other: ByteStream): boolean =>
  one.length === other.length &&
  one.length <= MAX_LENGTH &&
  one.length === one.bytes.length &&
  one.gaps.length === 0 &&
  one.conflicts.length === 0 &&
  one.tooFarAhead === 0 &&
  one.fromStart === other.fromStart &&
  one.closed?.by === other.closed?.by;

const NOTHING_IDLE = new Uint8Array(MAX_LENGTH);

function isSameText(one: Uint8Array, other: Uint8Array, idle: Uint8Array): boolean {
  for (let at = 0; at < one.length; at++) {
    if (one[at] === other[at] || idle[at] === MAY_BE.anything) continue;
    if (idle[at] !== MAY_BE.anyVisible || !isVisible(one[at])) return false;
  }
  return true;
}

/** Were the same stretches captured in the same order, acknowledging the same? Then the turns are the same. */
function isSameOrder(one: Conversation, other: Conversation): boolean {
  const [client, server] = [one.client.bytes.runs, one.server.bytes.runs];
  const [clientBefore, serverBefore] = [other.client.bytes.runs, other.server.bytes.runs];
  if (client.length !== clientBefore.length || server.length !== serverBefore.length) return false;
  let [c, s, frame] = [0, 0, 0];
  while (c < client.length || s < server.length) {
    const next = frameAt(client, c) <= frameAt(server, s);
    if (next !== frameAt(clientBefore, c) <= frameAt(serverBefore, s)) return false;
    const run = (next ? client[c] : server[s]) as Run;
    const before = (next ? clientBefore[c] : serverBefore[s]) as Run;
    // A frame out of its order is a retransmission: such conversations are read.
    if (run.frame < frame || run.start !== before.start || run.acknowledged !== before.acknowledged) return false;
    frame = run.frame;
    if (next) c++;
    else s++;
  }
  return true;
}

const frameAt = (runs: readonly Run[], at: number): number => runs[at]?.frame ?? Number.POSITIVE_INFINITY;
