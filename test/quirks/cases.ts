import type { Talk } from '../support/wire.ts';

/** Talks with one server that show a quirk, and others, as near to them as can be, that do not; `causes` labels the talks, in order. */
interface QuirkCase {
  readonly shown: readonly Talk[];
  readonly absent: readonly Talk[];
  readonly causes?: readonly string[];
}

/** A case for each code of a registry: the compiler says which is missing. */
export type QuirkCases<Code extends string> = Readonly<Record<Code, QuirkCase>>;
