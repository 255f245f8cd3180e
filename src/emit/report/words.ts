import type { Dialogue } from '../../dialogue/dialogue.ts';
import { protocolLabel } from '../../dialogue/layer.ts';

/** `0.344 ms`, `19.08 ms`, `1.343 s`: as many digits as tell neighbors apart. */
export function duration(milliseconds: number): string {
  const [value, unit] = milliseconds >= 1000 ? [milliseconds / 1000, 's'] : [milliseconds, 'ms'];
  return `${value === 0 ? 0 : value.toFixed(value >= 100 ? 1 : value >= 10 ? 2 : 3)} ${unit}`;
}

/** `1 byte`, `12 bytes`. */
export const bytesText = (count: number): string => counted(count, 'byte');

/** `1 dialogue`, `3 dialogues`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `SOCKS5 > HTTP`. */
export const spokenIn = ({ layers }: Pick<Dialogue, 'layers'>): string =>
  layers.map(({ protocol }) => protocolLabel(protocol)).join(' > ');

/** `SOCKS5 > HTTP to client3.google.test:80`. */
export const spokenTo = (dialogue: Dialogue): string =>
  clipped(`${spokenIn(dialogue)}${dialogue.destination === undefined ? '' : ` to ${dialogue.destination}`}`);

/** Text out of a capture has any length: its first characters. */
export const clipped = (text: string, length = 160): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;
