import { printable } from '../../bytes/printable.ts';
import type { Check } from '../../check/check.ts';
import { protocolLabel } from '../../dialogue/layer.ts';
import type { Analysis } from '../analysis.ts';
import { serversOf } from '../servers.ts';
import { haproxyRules } from './rules.ts';

const INDENT = '    ';
/** Samples that are named in a header; the rest is a number. */
const NAMED_SAMPLES = 3;
const NAMED_FRAMES = 12;

/** The script: bare rules to paste into a `listen` or `backend` section, each check under a comment that says what it stands on. */
export function emitHaproxy({ checks, files }: Pick<Analysis, 'checks' | 'files'>): string {
  const blocks = checks.map((check) => [...headerOf(check, (frame) => files.nameOf(frame)), ...haproxyRules(check)]);
  return blocks.map((lines) => lines.map((line) => `${INDENT}${line}\n`).join('')).join('\n');
}

/** The lines of the script, from 1, that hold secrets, with what they hold. */
export function secretLines({
  checks,
  files,
}: Pick<Analysis, 'checks' | 'files'>): { line: number; secrets: readonly string[] }[] {
  const found: { line: number; secrets: readonly string[] }[] = [];
  let line = 0;
  for (const check of checks) {
    line += headerOf(check, (frame) => files.nameOf(frame)).length + 1;
    for (const step of check.steps) {
      line++;
      if (step.kind === 'send' && step.secrets.length > 0) found.push({ line, secrets: step.secrets });
    }
    line++; // the empty line between checks
  }
  return found;
}

function headerOf(check: Check, frameName: (frame: number) => string): string[] {
  const { layers, destination, title, measured, timeout, caveats } = check;
  const what = `${layers.map(protocolLabel).join(' > ')}${destination === undefined ? '' : ` to ${destination}`}: ${title}`;
  const { fastest, slowest } = measured;
  const time =
    fastest === slowest ? `${milliseconds(slowest)} ms` : `${milliseconds(fastest)} to ${milliseconds(slowest)} ms`;
  return [
    what,
    `${serversOf(check)}, ${countOf(check)}: ${samplesOf(check, frameName)}`,
    `measured ${time}; set: timeout check ${timeout}s (without it the server's "inter" is the limit)`,
    ...caveats.map((caveat) => `weak: ${caveat}`),
  ].map((line) => `# ${printable(line)}`);
}

/** `3 samples`, and how many of them were compared where that is not all. */
function countOf({ samples, sampleCount }: Check): string {
  const compared = samples.length < sampleCount ? ` (${samples.length} compared)` : '';
  return `${sampleCount} ${sampleCount === 1 ? 'sample' : 'samples'}${compared}`;
}

function samplesOf({ samples, sampleCount }: Check, frameName: (frame: number) => string): string {
  const named = samples
    .slice(0, NAMED_SAMPLES)
    .map(({ stream, frames }) => `tcp.stream eq ${stream} (${frameList(frames, frameName)})`);
  const more = sampleCount - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function frameList(frames: readonly number[], frameName: (frame: number) => string): string {
  const names = frames.map(frameName);
  if (names.length === 1) return `frame ${names[0]}`;
  return names.length <= NAMED_FRAMES
    ? `frames ${names.join(',')}`
    : `${names.length} frames from ${names[0]} to ${names.at(-1)}`;
}

const milliseconds = (duration: number): string => duration.toFixed(duration < 100 ? 1 : 0);
