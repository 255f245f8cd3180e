import type { Side } from './conversation.ts';

/**
 * How grave a quirk is. `violation`: a MUST of the specification, or its wire format. `deviation`: a SHOULD, or what clients
 * commonly rely on. `habit`: allowed, and good to know.
 */
export const SEVERITIES = ['violation', 'deviation', 'habit'] as const;
type Severity = (typeof SEVERITIES)[number];

/** A way in which a server departs from its specification, or from what clients expect. */
export interface Quirk {
  /** What the server does, without a final stop. */
  readonly title: string;
  /** The section that says otherwise, or that leaves it open. */
  readonly spec: string;
  readonly severity: Severity;
  /** What it means for clients. */
  readonly clients: string;
  /** What it means for a health check. */
  readonly checks: string;
}

/** A quirk as the bytes of one conversation show it. */
export interface Finding<Code extends string = string> {
  readonly code: Code;
  readonly side: Side;
  /** Where it shows in the side's byte stream, and how many bytes show it; none where it is an end or a silence. */
  readonly offset: number;
  readonly length: number;
  readonly field?: string | undefined;
  /** The frame that shows it, where no byte does. */
  readonly frame?: number | undefined;
  /** What exactly, in a few words that hold no secret. */
  readonly detail?: string | undefined;
}
