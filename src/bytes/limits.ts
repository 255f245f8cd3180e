/** A bound on what is kept or believed, so that no input takes memory or time without end. */
interface Limit {
  readonly default: number;
  /** What the number counts, for --help. */
  readonly what: string;
}

/** Every bound by name, with its default. */
export const LIMITS = {
  frame: { default: 262_144, what: 'bytes that a frame may claim, as in libpcap' },
  decompressed: { default: 17_179_869_184, what: 'bytes that a compressed capture may decompress to' },
  fragments: { default: 4_194_304, what: 'bytes of IP fragments that wait for their packets' },
  nesting: { default: 8, what: 'layers around a packet, and protocols inside each other' },
  conversations: { default: 16_384, what: 'conversations followed at a time' },
  buffered: { default: 67_108_864, what: 'bytes kept for all conversations that are being followed' },
  head: { default: 65_536, what: 'bytes kept from the start of each side of a conversation' },
  'out-of-order': { default: 65_536, what: 'bytes that a segment may be ahead of a missing one' },
  samples: { default: 100, what: 'dialogues that are compared for one check' },
  servers: { default: 1000, what: 'servers that quirks are told of' },
  checks: { default: 1000, what: 'different checks from one run' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** The bounds of one run. */
export type Limits = Readonly<Record<LimitName, number>>;

export const DEFAULT_LIMITS: Limits = Object.fromEntries(
  Object.entries(LIMITS).map(([name, limit]) => [name, limit.default]),
) as Limits;
