import type { Side } from '../../conversation/conversation.ts';
import { type Allowance, type Dialogue, streamOf } from '../../dialogue/dialogue.ts';
import { redactionOf } from '../../fixture/redact.ts';

/** What a byte of a side's stream is, as far as it may be shown. */
export const BYTE = { plain: 0, masked: 1, lost: 2 } as const;

/** A dialogue as a report may show it. */
export interface ShownDialogue {
  /** Its bytes are placeholders where they are masked. */
  readonly dialogue: Dialogue;
  /** As it was captured. */
  readonly captured: Dialogue;
  /** For each byte one of `BYTE`. */
  readonly kinds: Readonly<Record<Side, Uint8Array>>;
}

/** The dialogue without its secrets, and without what no message accounts for, as half a password; `keepSecrets` leaves all as it is. */
export function shownDialogue(
  captured: Dialogue,
  allowed: ReadonlySet<Allowance>,
  keepSecrets: boolean,
): ShownDialogue {
  if (keepSecrets) {
    const kinds = { client: lostIn(captured, 'client'), server: lostIn(captured, 'server') };
    return { dialogue: captured, captured, kinds };
  }
  const { dialogue, masked } = redactionOf(captured, allowed);
  const kindsOf = (side: Side): Uint8Array => {
    const lost = lostIn(captured, side);
    const kinds = lost.map((kind) => (kind === BYTE.lost ? kind : BYTE.masked));
    for (const message of captured.layers.flatMap(({ messages }) => messages)) {
      if (message.side !== side) continue;
      for (const { start, length } of message.fields) {
        // Where bytes are missing it cannot be told what a field holds: filler may hide the name of a header.
        if (!lost.subarray(start, start + length).includes(BYTE.lost)) kinds.fill(BYTE.plain, start, start + length);
      }
    }
    for (const { start, length } of masked[side])
      for (let at = start; at < start + length; at++) if (kinds[at] === BYTE.plain) kinds[at] = BYTE.masked;
    return kinds;
  };
  return { dialogue, captured, kinds: { client: kindsOf('client'), server: kindsOf('server') } };
}

function lostIn({ conversation }: Dialogue, side: Side): Uint8Array {
  const { bytes, gaps } = streamOf(conversation, side);
  const kinds = new Uint8Array(bytes.length);
  for (const { start, end } of gaps) kinds.fill(BYTE.lost, start, end);
  return kinds;
}
