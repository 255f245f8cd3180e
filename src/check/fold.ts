import { DEFAULT_LIMITS, type Limits } from '../bytes/limits.ts';
import { formatEndpoint } from '../packet/segment.ts';
import { agreementOf, agreementWith, followed, type Group, withoutBytes } from './agree.ts';
import { withoutAnswers } from './answers.ts';
import { type Check, composeCheck, keyOf } from './check.ts';
import { type Refused, withoutRefusals } from './refusals.ts';
import type { Sample } from './sample.ts';

/** The first of like samples that no check is made of, and how many there are. */
interface LeftOut {
  readonly sample: Sample;
  readonly count: number;
}

interface Folded {
  readonly checks: Check[];
  /** Those that go straight to an origin, where others go through a proxy. */
  readonly direct: readonly LeftOut[];
  /** Those that the server seems to have refused, in a protocol that is not known. */
  readonly refused: readonly (LeftOut & Pick<Refused, 'reason' | 'frame'>)[];
  /** Those that are the data connections of FTP. */
  readonly transfers: readonly LeftOut[];
}

/** Collects samples as they come and folds like ones together. */
export class CheckFolder {
  readonly #limits: Pick<Limits, 'samples' | 'checks'>;
  readonly #groups = new Map<string, Group>();
  readonly #frameName: (frame: number) => string;
  /** The ports of FTP's data connections, behind the proxy that they go through. */
  readonly #dataPorts = new Set<string>();
  /** Samples that would have made one check too many. */
  dropped = 0;

  /** `frameName` turns a frame number into its name. */
  constructor(
    limits: Pick<Limits, 'samples' | 'checks'> = DEFAULT_LIMITS,
    frameName: (frame: number) => string = String,
  ) {
    this.#limits = limits;
    this.#frameName = frameName;
  }

  /** Folds a sample into its group and returns that; undefined where it would have made one check too many. */
  add(sample: Sample): Group | undefined {
    const key = keyOf(sample);
    for (const port of sample.dataPorts) {
      if (this.#dataPorts.size < MAX_DATA_PORTS) this.#dataPorts.add(dataPortKey(sample, port));
    }
    const known = this.#groups.get(key);
    if (known === undefined && this.#groups.size >= this.#limits.checks) {
      this.dropped++;
      return undefined;
    }
    const agreement = known ? agreementWith(known.agreement, known.samples[0], sample) : agreementOf(sample);
    const group: Group = known ?? { samples: [sample], count: 0, servers: new Map(), agreement };
    group.agreement = agreement;
    this.count(group, sample.server, sample.stream);
    if (known === undefined) {
      this.#groups.set(key, group);
      return group;
    }
    const [first] = group.samples;
    const earlier = sample.stream < first.stream; // conversations come as they end
    if (earlier) group.samples[0] = sample;
    if (group.samples.length < this.#limits.samples) group.samples.push(withoutBytes(earlier ? first : sample));
    return group;
  }

  /** Would a sample of this conversation change nothing of its group but the counts? */
  isFull({ samples }: Group, stream: number): boolean {
    return samples.length >= this.#limits.samples && stream > samples[0].stream;
  }

  /** Counts a sample without keeping it. */
  count(group: Group, server: Sample['server'], stream: number): void {
    group.count++;
    this.#noteServer(group, server, stream);
  }

  #noteServer({ servers }: Group, server: Sample['server'], stream: number): void {
    const name = formatEndpoint(server);
    const known = servers.get(name);
    if (known !== undefined) known.stream = Math.min(known.stream, stream);
    else if (servers.size < this.#limits.samples) servers.set(name, { server, stream });
  }

  /** The checks in order of their first conversation, and the samples that were left out. */
  finish(): Folded {
    const all = [...this.#groups.values()];
    const transfers = all.filter(({ samples }) => this.#isTransfer(samples[0]));
    const { used: kept, refused } = withoutRefusals(all.filter((group) => !transfers.includes(group)));
    const groups = withoutAnswers(kept);
    for (const { samples } of [...groups, ...transfers]) samples.sort((a, b) => a.stream - b.stream);
    groups.sort((a, b) => a.samples[0].stream - b.samples[0].stream);
    const proxied = groups.filter(({ samples }) => samples[0].proxied);
    const used = proxied.length > 0 ? proxied : groups;
    return {
      checks: used.map((group) => this.#checkOf(group)),
      direct: groups.filter((group) => !used.includes(group)).map(leftOut),
      refused: refused.map(refusedOf),
      transfers: transfers.map(leftOut),
    };
  }

  /** Does it go to a port that FTP has for one transfer? Nobody waits there any more. */
  #isTransfer(sample: Sample): boolean {
    const port = Number(/:([0-9]+)$/.exec(sample.destination ?? '')?.[1]);
    return sample.layers.at(-1) === 'unknown' && this.#dataPorts.has(dataPortKey(sample, port));
  }

  #checkOf(group: Group): Check {
    const { samples, caveat } = followed(group, this.#frameName);
    return composeCheck(samples, group.count, inOrder(group.servers), caveat === undefined ? [] : [caveat]);
  }
}

const leftOut = ({ samples, count }: Group): LeftOut => ({ sample: samples[0], count });

/** More ports are not remembered. */
const MAX_DATA_PORTS = 65_536;

const dataPortKey = ({ server }: Sample, port: number): string => `${formatEndpoint(server)} ${port}`;

const refusedOf = ({ group, reason, frame }: Refused) => ({ ...leftOut(group), reason, frame });

const inOrder = (servers: Group['servers']): Check['servers'] =>
  [...servers.values()].sort((a, b) => a.stream - b.stream).map(({ server }) => server);
