import { toHex } from '../bytes/hex.ts';
import { printable, printableBytes } from '../bytes/printable.ts';
import type { Check } from '../check/check.ts';
import type { Script } from '../proof/script.ts';
import { jsonText } from './json.ts';
import { type Column, tableLines } from './layout.ts';
import type { Paint } from './paint.ts';

/** A check that was run against a live server. */
export interface Verified {
  readonly check: Check;
  readonly script: Script;
  /** `HOST:PORT` as the user gave it. */
  readonly target: string;
  readonly up: boolean;
  /** As in HAProxy's `check_status`. */
  readonly status: string;
  /** The step that failed, from 1. */
  readonly step: number | undefined;
  /** Milliseconds. */
  readonly elapsed: number;
  /** What had come for the last step; undefined where a real HAProxy was asked, which does not say it. */
  readonly received: Uint8Array | undefined;
  /** The steps that were passed; none where a real HAProxy was asked. */
  readonly steps: readonly { readonly step: number; readonly at: number; readonly received: Uint8Array }[];
  /** Words of the system or of HAProxy. */
  readonly words: string | undefined;
}

/** As much of a reply as decides, and no more: what follows may hold a cookie. */
const SHOWN_BYTES = 16;

/** One server step by step; several as a table, and of those that are down how far the check came. */
export function emitVerify(results: readonly Verified[], paint: Paint): string {
  const [only, ...more] = results;
  if (only === undefined) return '';
  const parts = more.length === 0 ? [steps(only, paint)] : [table(results, paint)];
  if (more.length > 0) parts.push(...results.filter(({ up }) => !up).map((each) => steps(each, paint)));
  return parts.join('\n');
}

function steps(result: Verified, paint: Paint): string {
  const { target, check, up, status, elapsed, words } = result;
  const verdict = up ? paint.server('UP') : paint.bad('DOWN');
  const head = `${verdict}  ${paint.strong(printable(target))}  ${status} after ${milliseconds(elapsed)}: ${printable(check.title)}`;
  const passed = result.steps.map(({ step, at, received }) => {
    const { kind, comment } = stepOf(result, step);
    return `  ${String(step).padStart(2)}  ${kind.padEnd(7)}  ${milliseconds(at).padStart(9)}  ${printable(comment)}${kind === 'expect' ? `: ${bytesText(received)}` : ''}`;
  });
  const lines = [head, ...passed];
  if (!up) lines.push(paint.bad(`  ${failure(result)}`));
  if (words !== undefined && words !== '') lines.push(`  ${printable(words)}`);
  return lines.map((line) => `${line}\n`).join('');
}

function failure(result: Verified): string {
  const { step, status, received } = result;
  if (status.startsWith('L4')) return 'no connection';
  const { kind, comment } = stepOf(result, step);
  const what = step === undefined ? comment : `step ${step} (${kind} ${comment})`;
  const late = status === 'L7TOUT' ? ' in time' : '';
  if (received === undefined) return printable(`failed: ${what}`);
  const came = received.length === 0 ? `nothing came${late}` : `what came${late} is not it: ${bytesText(received)}`;
  return printable(`failed: ${what}: ${came}`);
}

/** What a step is about. An http-check has no numbers. */
function stepOf({ script }: Verified, step: number | undefined): { kind: string; comment: string } {
  if (script.kind === 'http-check') return { kind: 'expect', comment: script.http.comments?.expect ?? 'HTTP status' };
  const rule = script.rules[(step ?? 0) - 1];
  return { kind: rule?.kind ?? 'step', comment: rule?.comment ?? '' };
}

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'server', least: 14 },
  { title: 'status' },
  { title: 'step' },
  { title: 'time' },
  { title: 'check', least: 14 },
];

function table(results: readonly Verified[], paint: Paint): string {
  const rows = results.map(({ up, target, status, step, elapsed, check }) => [
    up ? 'UP' : 'DOWN',
    printable(target),
    status,
    String(step ?? '-'),
    milliseconds(elapsed),
    printable(check.title),
  ]);
  const [top, ...lines] = tableLines(COLUMNS, rows, paint.columns);
  const body = lines.map((line, at) => (results[at]?.up ? line : paint.bad(line)));
  return [paint.strong(top), ...body].map((text) => `${text}\n`).join('');
}

/** The first bytes in hex, and as text where they are text. */
function bytesText(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const more = bytes.length > shown.length ? ' ...' : '';
  const text = shown.every((byte) => byte >= 0x20 && byte < 0x7f) ? printableBytes(shown) : toHex(shown);
  return `${text}${more}`;
}

const milliseconds = (duration: number): string => `${duration.toFixed(duration < 100 ? 1 : 0)} ms`;

/** The verdicts as JSON: an array, described in docs/json.md. */
export const emitVerifyJson = (results: readonly Verified[]): string =>
  jsonText(
    results.map(({ check, target, up, status, step, elapsed, received, steps: passed, words }) => ({
      server: target,
      title: check.title,
      up,
      status,
      step: step ?? null,
      ms: rounded(elapsed),
      received: received === undefined ? null : toHex(received.subarray(0, SHOWN_BYTES)),
      words: words ?? null,
      steps: passed.map((each) => ({
        step: each.step,
        ms: rounded(each.at),
        received: toHex(each.received.subarray(0, SHOWN_BYTES)),
      })),
    })),
  );

const rounded = (duration: number): number => Math.round(duration * 10) / 10;
