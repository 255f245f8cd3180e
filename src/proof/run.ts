import type { Ending } from './behavior.ts';
import type { SimulatedServer } from './simulated-server.ts';

/** What HAProxy says of a check: the status, the step that failed (from 1, as it logs them), and what had been received for it. */
export interface Outcome {
  readonly status: 'L7OK' | 'L7RSP' | 'L7STS' | 'L7TOUT' | 'SOCKERR';
  readonly step: number | undefined;
  /** A reset right behind a reply is met by the next send, or by a step behind that, this one at the latest: it is a race. */
  readonly lastStep?: number;
  readonly received: Uint8Array;
}

/** An outcome, and when it fell. */
export interface Verdict extends Outcome {
  /** Milliseconds from the connection on. */
  readonly elapsed: number;
}

/** Does a real HAProxy say the same? */
export function confirms(
  real: { readonly status: string; readonly step: number | undefined },
  { status, step, lastStep = step }: Outcome,
): boolean {
  if (real.status !== status) return false;
  if (real.step === undefined || step === undefined) return real.step === step;
  return real.step >= step && real.step <= (lastStep ?? step);
}

/** The other end of a check's connection, simulated or live. */
export interface Transport {
  /** The check is at its connect. */
  connect(): void;
  send(bytes: Uint8Array): void;
  /** What has arrived since the last call, and whether the server has ended the connection. */
  arrived(): { readonly bytes: readonly Uint8Array[]; readonly ending: Ending };
}

/** A check on its way. */
export interface CheckRun {
  /** Goes on as far as what has arrived allows: the outcome, or undefined where more has to come. */
  advance(): Outcome | undefined;
  /** No more may come. */
  timeOut(): Outcome;
}

/** Is told of each rule that was passed, numbered from 0, and of what was in the buffer then; of an expect that is judged again, again. */
export type Watch = (rule: number, buffer: Uint8Array) => void;

/** Runs a check against a described server, in simulated time. `timeout` is in milliseconds. */
export function simulate(start: (transport: Transport) => CheckRun, server: SimulatedServer, timeout: number): Verdict {
  let now = 0;
  const run = start({
    connect: () => server.accept(now),
    send: ({ length }) => server.receive(length, now),
    arrived: () => server.arrivedBy(now),
  });
  for (;;) {
    const outcome = run.advance();
    if (outcome !== undefined) return { ...outcome, elapsed: now };
    const next = server.nextArrival();
    if (next === undefined || next > timeout) return { ...run.timeOut(), elapsed: timeout };
    now = next;
  }
}
