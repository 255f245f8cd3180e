import { agreementWith, type Group, sharedLength, withoutBytes } from './agree.ts';
import { keyOf } from './check.ts';

/**
 * In a protocol that is not known nothing tells a refusal from a success but how the dialogue goes on: where the server hangs up on some
 * clients and like dialogues go on, or are more, it refused those.
 */
export function withoutHangUps(groups: readonly Group[]): { readonly used: Group[]; readonly hungUp: Group[] } {
  const used: Group[] = [];
  const hungUp: Group[] = [];
  const others = new Map<string, Group>();
  const isHungUp = ({ samples: [{ layers, hungUp: by }] }: Group) => layers.at(-1) === 'unknown' && by !== undefined;
  for (const group of groups) {
    if (isHungUp(group)) continue;
    used.push(group);
    others.set(keyOf(group.samples[0]), group);
  }
  for (const group of groups.filter(isHungUp)) {
    const other = others.get(keyOf({ ...group.samples[0], hungUp: undefined }));
    if (other === undefined) used.push(group);
    else if (isRefused(group, other)) hungUp.push(group);
    else used[used.indexOf(other)] = joined(other, group);
  }
  return { used, hungUp };
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
