import { agreementWith, type Group, sharedLength, withoutBytes } from './agree.ts';
import { familyOf, openingOf } from './check.ts';

/** Like dialogues that no check is made of, because the server seems to have refused them. */
export interface Refused {
  readonly group: Group;
  readonly reason: string;
  readonly frame: number | undefined;
}

/**
 * In a protocol that is not known nothing tells a refusal from a success but what like dialogues met: most were answered in other words, or
 * went on where the server hung up on these.
 */
export function withoutRefusals(groups: readonly Group[]): { readonly used: Group[]; readonly refused: Refused[] } {
  const used: Group[] = [];
  const refused: Refused[] = [];
  const families = new Map<string, Group[]>();
  for (const group of groups) {
    const [first] = group.samples;
    const family = first.layers.at(-1) === 'unknown' ? familyOf(first) : undefined;
    if (family === undefined) used.push(group);
    else families.set(family, [...(families.get(family) ?? []), group]);
  }
  for (const family of families.values()) {
    const { most, others } = byOpening(family);
    refused.push(...others.map((group) => ({ group, reason: ANSWERED_OTHERWISE, frame: answerOf(group) })));
    const { goingOn, hungUp } = byEnd(most);
    if (goingOn !== undefined) used.push(goingOn);
    if (hungUp === undefined) continue;
    if (goingOn !== undefined && isRefused(hungUp, goingOn))
      refused.push({ group: hungUp, reason: HUNG_UP, frame: hungUp.samples[0].hungUp?.frame });
    else if (goingOn === undefined) used.push(hungUp);
    else used[used.length - 1] = joined(goingOn, hungUp);
  }
  return { used, refused };
}

const ANSWERED_OTHERWISE = 'the server answered otherwise than in most like dialogues';
const HUNG_UP = 'the server ended the connection, where like dialogues went on';

/** The frame that ended the first sample's last reply. */
const answerOf = ({ samples: [{ exchanges }] }: Group): number | undefined => exchanges.at(-1)?.frames.at(-1);

/** How much replies have to share to be of one kind, in bytes: one in sixteen begins with the same hex digit by chance. */
const ALIKE = 3;

/** Those that most were answered like, where the answers are text, and the others; all of them where there is no telling. */
function byOpening(family: readonly Group[]): { readonly most: readonly Group[]; readonly others: readonly Group[] } {
  const counts = new Map<string, number>();
  for (const { samples, count } of family) {
    const key = openingOf(samples[0]).slice(0, 1);
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  const [[opening, count] = ['', 0]] = [...counts].sort((a, b) => b[1] - a[1]);
  const all = family.reduce((sum, group) => sum + group.count, 0);
  const most = family.filter(({ samples }) => openingOf(samples[0]).startsWith(opening));
  const openings = new Set(most.flatMap(({ samples }) => samples.map((sample) => openingOf(sample).slice(0, ALIKE))));
  if (opening === '' || count < 2 || 2 * count <= all || openings.size > 1) return { most: family, others: [] };
  return { most, others: family.filter((group) => !most.includes(group)) };
}

/** Those on which the server hung up, and the others, each joined into one group. */
function byEnd(groups: readonly Group[]): { readonly goingOn: Group | undefined; readonly hungUp: Group | undefined } {
  const isHungUp = ({ samples }: Group) => samples[0].hungUp !== undefined;
  const all = (some: readonly Group[]) => (some.length === 0 ? undefined : some.reduce(joined));
  return { goingOn: all(groups.filter((group) => !isHungUp(group))), hungUp: all(groups.filter(isHungUp)) };
}

/** Did the server hang up in the middle of what it let others say, and not on most? */
function isRefused(group: Group, other: Group): boolean {
  const [{ later }] = group.samples;
  if (sharedLength(group.samples[0], other.samples[0]) < later.length) return false;
  return (
    group.count < other.count || (group.count === other.count && group.agreement.longest < other.agreement.longest)
  );
}

function joined(one: Group, other: Group): Group {
  const [first, second] = one.samples[0].stream < other.samples[0].stream ? [one, other] : [other, one];
  const agreement = agreementWith(first.agreement, first.samples[0], second.samples[0]);
  return {
    samples: [...first.samples, withoutBytes(second.samples[0]), ...second.samples.slice(1)],
    count: first.count + second.count,
    agreement: { ...agreement, follow: Math.min(agreement.follow, second.agreement.follow) },
    servers: new Map([...second.servers, ...first.servers]),
  };
}
