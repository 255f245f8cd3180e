import type { ProofRow } from '../prove.ts';

/** What is wrong with a configured check, why, and on how many servers that shows. */
export interface Fault {
  /** `up`: it stays UP with a broken server; `down`: it is DOWN with a healthy one; `late`: it is DOWN only when the time is over. */
  readonly kind: 'up' | 'down' | 'late';
  readonly line: number;
  /** A sentence without a final stop. */
  readonly why: string;
  /** How many twins or variants it is wrong about, and one of them; none where no server is needed to tell. */
  readonly count: number;
  readonly example: ProofRow | undefined;
}

/** Why one row is lost. Rows with one kind, line and cause are one fault. */
export interface Explanation {
  readonly line: number;
  /** Tells causes of one line apart. */
  readonly cause: string;
  readonly why: string;
  /** Of several rows with one cause, the one with the highest rank is the example. */
  readonly rank?: number;
}

/** The faults that lost rows amount to, in order of kind and line. */
export function foldFaults(lost: readonly { readonly row: ProofRow; readonly explanation: Explanation }[]): Fault[] {
  const groups = new Map<string, { row: ProofRow; explanation: Explanation; count: number }>();
  for (const { row, explanation } of lost) {
    const key = JSON.stringify([kindOf(row), explanation.line, explanation.cause]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { row, explanation, count: 1 });
    else if ((explanation.rank ?? 0) > (known.explanation.rank ?? 0))
      groups.set(key, { row, explanation, count: known.count + 1 });
    else known.count++;
  }
  return [...groups.values()]
    .map(({ row, explanation: { line, why }, count }) => ({ kind: kindOf(row), line, why, count, example: row }))
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.line - b.line);
}

const KINDS: readonly Fault['kind'][] = ['up', 'down', 'late'];

const kindOf = ({ expected, result }: ProofRow): Fault['kind'] =>
  expected === 'up' ? 'down' : result === 'late' ? 'late' : 'up';
