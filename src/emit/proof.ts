import { toHex } from '../bytes/hex.ts';
import { printable } from '../bytes/printable.ts';
import type { Check } from '../check/check.ts';
import { formatEndpoint } from '../packet/segment.ts';
import type { Proof, ProofRow } from '../proof/prove.ts';
import { confirms } from '../proof/run.ts';
import { jsonText } from './json.ts';
import { tableLines, wrapped } from './layout.ts';
import type { Paint } from './paint.ts';
import { serversOf } from './servers.ts';

/** What a real HAProxy said of a row. */
export interface RealVerdict {
  readonly status: string;
  readonly step: number | undefined;
  /** Milliseconds. */
  readonly duration: number;
}

/** A check, its proof, and what a real HAProxy said of each row, where one was asked. */
export interface ProvedCheck {
  readonly check: Check;
  readonly proof: Proof;
  readonly real: readonly RealVerdict[] | undefined;
}

/** `41/41 broken twins fail (35 at once, 6 at a time-out nothing could avoid), 9/9 variants pass`. */
export function scoreText({ twins, variants }: Proof): string {
  const late = twins.failed - twins.atOnce - twins.unavoidable;
  const times = [
    `${twins.atOnce} at once`,
    ...(twins.unavoidable > 0 ? [`${twins.unavoidable} at a time-out nothing could avoid`] : []),
    ...(late > 0 ? [`${late} only at the time-out`] : []),
  ];
  return `${twins.failed}/${twins.all} broken twins fail (${times.join(', ')}), ${variants.passed}/${variants.all} variants pass`;
}

/** As much of a reply as decides, and no more: what follows may hold a cookie. */
const SHOWN_BYTES = 16;

/** A row that was lost, in words. */
export function losingRowText({ name, expected, verdict, result }: ProofRow): string {
  const received = verdict.received.length === 0 ? 'nothing' : toHex(verdict.received.subarray(0, SHOWN_BYTES));
  const where = verdict.step === undefined ? '' : ` at step ${verdict.step}`;
  if (result === 'late') return `down only at the time-out${where}: ${name} (received ${received})`;
  return expected === 'down'
    ? `UP though broken: ${name} (received ${received})`
    : `DOWN though healthy, ${verdict.status}${where}: ${name} (received ${received})`;
}

/** Does a real HAProxy say the same as the model? */
export const agrees = ({ verdict }: ProofRow, real: RealVerdict): boolean => confirms(real, verdict);

/** The whole table of twins and variants, a section a check. */
export function emitProof(proved: readonly ProvedCheck[], paint: Paint): string {
  const sections = proved.map(({ check, proof, real }) => {
    const head = printable(`${check.title}, ${serversOf(check)}, tcp.stream ${check.samples[0]?.stream}`);
    const titles = ['expected', 'result', 'status', 'step', ...(real ? ['haproxy', 'step', 'ms'] : [])];
    const columns = [...titles.map((title) => ({ title })), { title: 'server', least: 20 }];
    const rows = proof.rows.map((row, at) => cellsOf(row, real?.[at]));
    const [top, ...lines] = tableLines(columns, rows, paint.columns);
    const body = lines.map((line, at) => (proof.rows[at]?.result === 'right' ? line : paint.bad(line)));
    const score = wrapped(`proof: ${scoreText(proof)}`, paint.columns, '', '  ');
    return [paint.strong(head), top, ...body, ...score].map((text) => `${text}\n`).join('');
  });
  return sections.join('\n');
}

function cellsOf(row: ProofRow, real: RealVerdict | undefined): string[] {
  const { expected, result, verdict, name } = row;
  const realCells =
    real === undefined
      ? []
      : [agrees(row, real) ? real.status : `${real.status} (!)`, String(real.step ?? '-'), String(real.duration)];
  return [expected, result, verdict.status, String(verdict.step ?? '-'), ...realCells, printable(name)];
}

/** The proofs as JSON: an array, described in docs/json.md. */
export function emitProofJson(proved: readonly ProvedCheck[]): string {
  const value = proved.map(({ check, proof, real }) => ({
    servers: check.servers.map(formatEndpoint),
    title: check.title,
    perfect: proof.perfect,
    twins: proof.twins,
    variants: proof.variants,
    rows: proof.rows.map(({ name, expected, result, verdict, unavoidable }, at) => ({
      server: name,
      expected,
      result,
      unavoidable,
      status: verdict.status,
      step: verdict.step ?? null,
      received: toHex(verdict.received.subarray(0, SHOWN_BYTES)),
      haproxy:
        real?.[at] === undefined
          ? null
          : { status: real[at].status, step: real[at].step ?? null, ms: real[at].duration },
    })),
  }));
  return jsonText(value);
}
