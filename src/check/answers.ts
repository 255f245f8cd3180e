import type { Group } from './agree.ts';
import { familyOf } from './check.ts';
import { extentOf, type Sample } from './sample.ts';

/**
 * Where a server greets each client otherwise, and each says something else to that, the clients may be answering challenges: no check can say
 * it again. Such dialogues are samples of one check, which ends with the greeting. A request that was made more than once, whatever the
 * greeting, shows that it is no answer.
 */
export function withoutAnswers(groups: readonly Group[]): Group[] {
  const families = new Map<string, Group[]>();
  for (const group of groups) {
    const [first] = group.samples;
    if (!first.answersGreeting) continue;
    const key = familyOf(withoutAnswer(first));
    const family = families.get(key);
    if (family === undefined) families.set(key, [group]);
    else family.push(group);
  }
  const answering = [...families.values()].filter(isAnswering);
  const gone = new Set(answering.flat());
  return [...groups.filter((group) => !gone.has(group)), ...answering.map(joined)];
}

function isAnswering(family: readonly Group[]): boolean {
  const greetings = family.map(({ samples: [first] }) => greetingOf(first));
  return family.length > 1 && family.every(({ count }) => count === 1) && new Set(greetings).size > 1;
}

/** What the server said before the last request, as it is compared. */
function greetingOf({ exchanges }: Sample): string {
  const observation = exchanges.at(-2)?.reply.at(-1)?.observation;
  return observation?.kind === 'data' ? Buffer.from(observation.head).toString('latin1') : '';
}

function withoutAnswer(sample: Sample): Sample {
  const exchanges = sample.exchanges.slice(0, -1);
  return { ...sample, exchanges, later: [], answersGreeting: false, ...extentOf(exchanges) };
}

function joined(family: readonly Group[]): Group {
  const inOrder = [...family].sort((a, b) => a.samples[0].stream - b.samples[0].stream);
  const [first, second] = inOrder as [Group, Group];
  const [{ stream, exchanges }] = second.samples;
  return {
    samples: inOrder.map(({ samples }) => withoutAnswer(samples[0])) as Group['samples'],
    count: family.length,
    servers: new Map([...inOrder].reverse().flatMap(({ servers }) => [...servers])),
    agreement: {
      follow: 0,
      longest: first.samples[0].later.length + 1,
      parting: { stream, frame: exchanges.at(-1)?.frames[0] },
    },
  };
}
