import { Interruption } from '../capture/interruption.ts';

/** Milliseconds that the input has to end by itself: in a pipe, Ctrl-C ends tcpdump too, and it still writes what it has. */
const GRACE = 1000;
/** The exit code of a process that SIGINT ended (128 + 2). */
const INTERRUPTED = 130;

/** The first SIGINT stops reading, after a moment of grace, so that what was read is answered; the second ends at once. */
export function interruptionBySignal(): Interruption {
  const interruption = new Interruption();
  process.once('SIGINT', () => {
    process.once('SIGINT', () => process.exit(INTERRUPTED));
    setTimeout(() => {
      interruption.request();
      process.stdin.destroy(); // it would keep the process alive
    }, GRACE).unref();
  });
  return interruption;
}
