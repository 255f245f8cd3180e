import { type Check, composeCheck, keyOf } from './check.ts';
import type { Sample } from './sample.ts';

/** Samples that are compared for one check; more of the same are counted. */
export const MAX_SAMPLES = 100;
/** Different checks out of one capture; a capture with more is no recording of a check. */
export const MAX_CHECKS = 1000;

/** Collects samples as they come and folds like ones together. */
export class CheckFolder {
  readonly #groups = new Map<string, { readonly samples: [Sample, ...Sample[]]; count: number }>();
  /** Samples that would have made a check beyond `MAX_CHECKS`. */
  dropped = 0;

  add(sample: Sample): void {
    const key = keyOf(sample);
    const group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size < MAX_CHECKS) this.#groups.set(key, { samples: [sample], count: 1 });
      else this.dropped++;
      return;
    }
    group.count++;
    if (group.samples.length < MAX_SAMPLES) group.samples.push(withoutBytes(sample));
  }

  /**
   * The checks in order of their first conversation, and the samples that were left out: those that go straight to an origin,
   * where others go through a proxy.
   */
  finish(): { readonly checks: Check[]; readonly direct: readonly { sample: Sample; count: number }[] } {
    const groups = [...this.#groups.values()];
    for (const { samples } of groups) samples.sort((a, b) => a.stream - b.stream);
    groups.sort((a, b) => a.samples[0].stream - b.samples[0].stream);
    const proxied = groups.filter(({ samples }) => samples[0].proxied);
    const used = proxied.length > 0 ? proxied : groups;
    return {
      checks: used.map(({ samples, count }) => composeCheck(samples, count)),
      direct: groups
        .filter((group) => !used.includes(group))
        .map(({ samples, count }) => ({ sample: samples[0], count })),
    };
  }
}

/** What is sent and how the server answered is taken from a group's first sample. */
function withoutBytes(sample: Sample): Sample {
  const none = new Uint8Array(0);
  const exchanges = sample.exchanges.map(({ reply }) => ({
    request: undefined,
    reply: reply.map(({ observation }) => ({ observation, bytes: none })),
  }));
  return { ...sample, exchanges };
}
