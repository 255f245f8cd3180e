import type { Warning } from '../capture/warning.ts';
import type { Exchange } from './exchange.ts';
import { copiedReason, extentOf, type Sample } from './sample.ts';

/** Like samples, which make one check. */
export interface Group {
  readonly samples: [Sample, ...Sample[]];
  count: number;
  agreement: Agreement;
  /** The servers, each with the first conversation that it had. */
  readonly servers: Map<string, { readonly server: Sample['server']; stream: number }>;
}

/** How far samples say the same behind the exchanges that made them like ones. */
interface Agreement {
  /** How many of the later exchanges the client asks alike in all of them. */
  readonly follow: number;
  /** How many the longest has. */
  readonly longest: number;
  /** The first sample that says otherwise, or says no more. */
  readonly parting: Parting | undefined;
}

interface Parting {
  readonly stream: number;
  /** The frame that says otherwise; undefined where the sample just ends. */
  readonly frame: number | undefined;
}

export const agreementOf = ({ later }: Sample): Agreement => ({
  follow: later.length,
  longest: later.length,
  parting: undefined,
});

/** How many of their later exchanges two samples ask alike. */
export function sharedLength({ later: one }: Sample, { later: other }: Sample): number {
  const most = Math.min(one.length, other.length);
  let shared = 0;
  while (shared < most && one[shared]?.request?.likeness === other[shared]?.request?.likeness) shared++;
  return shared;
}

/** What becomes of the agreement when one more sample is held to the first. */
export function agreementWith({ follow, longest, parting }: Agreement, first: Sample, sample: Sample): Agreement {
  const most = Math.min(first.later.length, sample.later.length);
  const shared = sharedLength(first, sample);
  const differs = sample.later[shared]?.frames[0];
  const shorter = sample.later.length < first.later.length ? sample : first;
  const here: Parting =
    shared < most ? { stream: sample.stream, frame: differs } : { stream: shorter.stream, frame: undefined };
  return {
    follow: Math.min(follow, shared),
    longest: Math.max(longest, sample.later.length),
    parting: shared < follow || (parting === undefined && sample.later.length > shared) ? here : parting,
  };
}

/**
 * The samples with as many of their later exchanges as a check can go on with: those that several sessions asked alike. `caveat` says why it
 * does not go on, where there is more; `frameName` turns a frame number into its name.
 */
export function followed(
  { samples, count, agreement: { follow, longest, parting } }: Group,
  frameName: (frame: number) => string,
): { readonly samples: readonly [Sample, ...Sample[]]; readonly caveat: Warning | undefined } {
  const [first, ...others] = samples;
  const length = count === 1 ? 0 : follow;
  const used =
    length === 0 ? samples : ([withLater(first, length), ...others.map((each) => withLater(each, length))] as const);
  const at = (stream: number, frame: number | undefined): string =>
    `tcp.stream ${stream}${frame === undefined ? '' : `, frame ${frameName(frame)}`}`;
  const end = (reason: string) => ({
    samples: used,
    caveat: { code: 'ends-early', message: `the check ends there: ${reason}` } as const,
  });
  if (first.copied?.exchange === length)
    return end(`${copiedReason(first.copied)} (${at(first.stream, first.copied.frame)})`);
  if (length === longest) return { samples: used, caveat: undefined };
  if (count === 1)
    return end(
      `the client goes on, and one sample does not show what changes (${at(first.stream, first.later[0]?.frames[0])})`,
    );
  if (parting?.frame === undefined)
    return end(`not all samples go on (${at(parting?.stream ?? first.stream, undefined)})`);
  return end(`what the client sends next is not the same in all samples (${at(parting.stream, parting.frame)})`);
}

function withLater(sample: Sample, length: number): Sample {
  const exchanges = [...sample.exchanges, ...sample.later.slice(0, length)];
  return { ...sample, exchanges, ...extentOf(exchanges) };
}

/** What is sent and how the server answered is taken from a group's first sample. */
export const withoutBytes = (sample: Sample): Sample => ({
  ...sample,
  exchanges: sample.exchanges.map(bare),
  later: sample.later.map(bare),
});

const bare = ({ reply, frames, end }: Exchange): Exchange => ({
  request: undefined,
  reply: reply.map(({ observation }) => ({ observation, bytes: new Uint8Array(0) })),
  frames,
  end,
});
