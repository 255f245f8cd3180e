import { printable } from '../../bytes/printable.ts';
import type { Check } from '../../check/check.ts';
import { protocolLabel } from '../../dialogue/layer.ts';
import type { Script } from '../../proof/script.ts';
import { wrapped } from '../layout.ts';
import { serversOf } from '../servers.ts';

/** Samples that are named in a header; the rest is a number. */
const NAMED_SAMPLES = 3;
const NAMED_FRAMES = 12;
/** Characters of a comment: with what stands before it in a section, lines have about a hundred. */
const WIDTH = 94;

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
    ...filled(`${serversOf(check)}, ${countOf(check)}:`, samplesOf(check, frameName)),
    ...(inSection
      ? []
      : [`${measuredText(check)}; set: timeout check ${timeout}s (without it the server's "inter" is the limit)`]),
    ...[...caveats, ...script.caveats].map(({ message }) => `weak: ${message}`),
  ].flatMap(commentLines);
}

/** A comment, in as many lines as it takes. */
export const commentLines = (text: string): string[] =>
  wrapped(printable(text), WIDTH, '', DEEPER).map((line) => `# ${line}`);

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

function samplesOf({ samples, sampleCount }: Check, frameName: (frame: number) => string): string[] {
  const named = samples
    .slice(0, NAMED_SAMPLES)
    .map(({ stream, frames }) => `tcp.stream eq ${stream} (${frameList(frames, frameName)})`);
  const more = sampleCount - named.length;
  return [
    ...named.slice(0, -1).map((each) => `${each},`),
    ...named.slice(-1),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

const DEEPER = '  ';

/** Phrases one behind the other, in lines of which all but the first stand deeper. */
function filled(start: string, phrases: readonly string[]): string[] {
  const lines = [start];
  for (const phrase of phrases) {
    const longer = `${lines.at(-1)} ${phrase}`;
    if (longer.length <= WIDTH) lines.splice(-1, 1, longer);
    else lines.push(`${DEEPER}${phrase}`);
  }
  return lines;
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
