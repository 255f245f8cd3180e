import type { Warning } from '../capture/warning.ts';
import type { Side } from '../conversation/conversation.ts';
import type { Dialogue } from './dialogue.ts';
import { gapReason } from './outcome.ts';

const SIDES: readonly Side[] = ['client', 'server'];
/** A conversation with thousands of holes is told by its first ones. */
const SHOWN = 3;

/** The names of what makes a dialogue poor evidence, as `list` shows them. */
type DoubtCode = 'no-start' | 'limit' | 'role' | 'gap' | 'cut' | 'conflict';
export type Doubt = Warning<DoubtCode>;

/** What makes a dialogue poor evidence. `frameName` turns a frame number into its name. */
export function warningsOf({ conversation }: Dialogue, frameName: (frame: number) => string): Doubt[] {
  const warnings: Doubt[] = [];
  const { rolesBy } = conversation;
  if (!conversation.client.bytes.fromStart && !conversation.server.bytes.fromStart) {
    warnings.push({ code: 'no-start', message: 'the capture starts in the middle: no SYN' });
  }
  if (conversation.cutShort) {
    warnings.push({ code: 'limit', message: 'it was given up before it ended (--limit conversations, buffered)' });
  }
  if (rolesBy === 'ports')
    warnings.push({ code: 'role', message: 'which side is the client is guessed from the ports' });
  if (rolesBy === 'bytes') warnings.push({ code: 'role', message: 'which side is the client is told by the bytes' });
  for (const side of SIDES) {
    const { gaps, conflicts, tooFarAhead } = conversation[side].bytes;
    if (tooFarAhead > 0) {
      const message = `${tooFarAhead} bytes of the ${side} left out: too far ahead of a missing one (--limit out-of-order)`;
      warnings.push({ code: 'limit', message });
    }
    for (const gap of gaps.slice(0, SHOWN)) {
      const code = gap.kind === 'cut' ? 'cut' : 'gap';
      warnings.push({ code, message: `${gapReason(side, gap)}, frame ${frameName(gap.frame)}` });
    }
    if (gaps.length > SHOWN) warnings.push({ code: 'gap', message: `${gaps.length - SHOWN} more of the ${side}` });
    for (const { start, kept, other } of conflicts.slice(0, SHOWN)) {
      const message = `frames ${frameName(kept)} and ${frameName(other)} disagree about byte ${start} of the ${side}`;
      warnings.push({ code: 'conflict', message });
    }
    if (conflicts.length > SHOWN) {
      warnings.push({ code: 'conflict', message: `${conflicts.length - SHOWN} more of the ${side}` });
    }
  }
  return warnings;
}
