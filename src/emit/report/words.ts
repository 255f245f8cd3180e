/** `0.34 ms`, `1.20 s`: three digits, or what is before the point. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${digits(milliseconds / 1000)} s`;
  return `${digits(milliseconds)} ms`;
}

function digits(value: number): string {
  if (value === 0) return '0';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value >= 0.1 ? 2 : 3);
}

/** `1 byte`, `12 bytes`. */
export const bytesText = (count: number): string => counted(count, 'byte');

/** `1 dialogue`, `3 dialogues`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
