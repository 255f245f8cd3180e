import { printable } from '../../bytes/printable.ts';
import type { Check } from '../../check/check.ts';
import { protocolLabel } from '../../dialogue/layer.ts';
import type { Script } from '../../proof/script.ts';
import { serversOf } from '../servers.ts';

/** Samples that are named in a header; the rest is a number. */
const NAMED_SAMPLES = 3;
const NAMED_FRAMES = 12;

/** What a check stands on and what it cannot promise, as comments. `inSection`: the times are set there. */
export function headerOf(
  check: Check,
  script: Script,
  inSection: boolean,
  frameName: (frame: number) => string,
): string[] {
  const { layers, destination, title, timeout, caveats } = check;
  const what = `${layers.map(protocolLabel).join(' > ')}${destination === undefined ? '' : ` to ${destination}`}: ${title}`;
  return [
    what,
    `${serversOf(check)}, ${countOf(check)}: ${samplesOf(check, frameName)}`,
    ...(inSection
      ? []
      : [`${measuredText(check)}; set: timeout check ${timeout}s (without it the server's "inter" is the limit)`]),
    ...[...caveats, ...script.caveats].map((caveat) => `weak: ${caveat}`),
  ].map((line) => `# ${printable(line)}`);
}

/** `measured 1.1 to 2.4 ms`. */
export function measuredText({ measured: { fastest, slowest } }: Check): string {
  const from = fastest === slowest ? '' : `${milliseconds(fastest)} to `;
  return `measured ${from}${milliseconds(slowest)} ms`;
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

/** `frame 9`, `frames 8,9`, `31 frames from 8 to 40`. */
export function frameList(frames: readonly number[], frameName: (frame: number) => string): string {
  const names = frames.map(frameName);
  if (names.length === 1) return `frame ${names[0]}`;
  return names.length <= NAMED_FRAMES
    ? `frames ${names.join(',')}`
    : `${names.length} frames from ${names[0]} to ${names.at(-1)}`;
}

const milliseconds = (duration: number): string => duration.toFixed(duration < 100 ? 1 : 0);
