import { connect, type Socket } from 'node:net';
import type { Ending } from '../proof/behavior.ts';
import type { CheckRun, Outcome } from '../proof/run.ts';
import { type Script, startScript } from '../proof/script.ts';

/** Where a server listens; the host may be a name. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A rule that was passed, and when. */
interface PassedStep {
  /** From 1, as HAProxy logs it. */
  readonly step: number;
  /** Milliseconds from the start of the connection. */
  readonly at: number;
  /** What was in the buffer then. */
  readonly received: Uint8Array;
}

/** What became of a check of a live server. */
export interface LiveVerdict extends Omit<Outcome, 'status'> {
  /** As in HAProxy's `check_status`; L4CON and L4TOUT where no connection was made. */
  readonly status: Outcome['status'] | 'L4CON' | 'L4TOUT';
  readonly up: boolean;
  /** Milliseconds that all of it took. */
  readonly elapsed: number;
  readonly steps: readonly PassedStep[];
  /** Why no connection was made, in the words of the system. */
  readonly problem: string | undefined;
}

export interface LiveOptions {
  /** Milliseconds that the check may take once it is connected. */
  readonly timeout: number;
  /** Milliseconds that the connection may take. */
  readonly connectTimeout: number;
}

/** Runs a script against a live server as HAProxy would. */
export function checkLive(script: Script, target: Target, options: LiveOptions): Promise<LiveVerdict> {
  return new Promise((resolve) => {
    const started = performance.now();
    const elapsed = () => performance.now() - started;
    const steps = new Map<number, PassedStep>();
    let timer: NodeJS.Timeout;
    let live: LiveTransport | undefined;
    let run: CheckRun | undefined;

    const settle = (outcome: Omit<LiveVerdict, 'up' | 'elapsed' | 'steps'>) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {}); // the server may still reset what is over
      socket.destroySoon();
      resolve({ ...outcome, up: outcome.status === 'L7OK', elapsed: elapsed(), steps: [...steps.values()] });
    };
    const fail = (status: LiveVerdict['status'], problem: string) =>
      settle({ status, step: 1, received: new Uint8Array(0), problem });
    const limit = (milliseconds: number, then: () => void) => {
      clearTimeout(timer);
      timer = setTimeout(then, milliseconds);
    };
    const advance = () => {
      const outcome = run?.advance();
      if (outcome !== undefined) settle({ ...outcome, problem: undefined });
    };

    // A server that has said FIN still takes what the check sends.
    const socket = connect({ ...target, noDelay: true, allowHalfOpen: true });
    limit(options.connectTimeout, () => fail('L4TOUT', 'no connection in time'));
    socket.on('connect', () => {
      live = new LiveTransport(socket);
      run = startScript(script, live, (rule, buffer) => {
        const step = rule + 1;
        // An expect may be judged again with what comes later; when it was passed first is told.
        if (!steps.has(step)) steps.set(step, { step, at: elapsed(), received: buffer });
      });
      limit(options.timeout, () => settle({ ...(run as CheckRun).timeOut(), problem: undefined }));
      advance();
    });
    socket.on('data', (bytes) => {
      live?.take(bytes);
      advance();
    });
    socket.on('end', () => {
      live?.close('FIN');
      advance();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (live === undefined) return fail('L4CON', error.message || error.code || 'no connection');
      live.close('RST');
      advance();
    });
  });
}

/** A socket as the model knows a connection. */
class LiveTransport {
  readonly #socket: Socket;
  #waiting: Uint8Array[] = [];
  #ending: Ending;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** It is connected before the check begins. */
  connect(): void {}

  send(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  arrived(): { bytes: Uint8Array[]; ending: Ending } {
    const bytes = this.#waiting;
    this.#waiting = [];
    return { bytes, ending: this.#ending };
  }

  take(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
  }

  close(ending: Ending): void {
    this.#ending ??= ending;
  }
}
