import type { Aim } from '../check/aim.ts';
import type { Check } from '../check/check.ts';
import { CheckFolder } from '../check/fold.ts';
import { sampleOf } from '../check/sample.ts';
import type { Allowance, Dialogue } from '../dialogue/dialogue.ts';
import { says } from './behavior.ts';
import { runScript, type Script } from './script.ts';

/** What a check says of a server, as that was captured. */
export interface FitVerdict {
  readonly server: string;
  /** Undefined where no dialogue with the server succeeded, so that there is nothing to try the check against. */
  readonly up: boolean | undefined;
  /** The step that keeps the server out, numbered from 1, in the words of its comment. */
  readonly step: number | undefined;
  readonly comment: string | undefined;
  readonly status: string | undefined;
}

/** A check, and the servers that it fits. */
export interface Fit {
  readonly check: Check;
  readonly verdicts: readonly FitVerdict[];
  readonly fitsAll: boolean;
}

/** Successful dialogues that are kept of a server: one for each way of asking. */
const BOUNDS = { samples: 1, checks: 20 };

/** Keeps how each server answered when it was up. */
export class ServerReplies {
  readonly #byServer = new Map<string, CheckFolder>();
  readonly #allowed: ReadonlySet<Allowance>;
  readonly #aim: Aim = {};

  constructor(allowed: ReadonlySet<Allowance>) {
    this.#allowed = allowed;
  }

  add(server: string, dialogue: Dialogue): void {
    const sampling = sampleOf(dialogue, this.#allowed, false, this.#aim);
    if (!('sample' in sampling)) return;
    const folder = this.#byServer.get(server) ?? new CheckFolder(BOUNDS);
    this.#byServer.set(server, folder);
    folder.add(sampling.sample);
  }

  /** Runs each check in the model against each of the servers as it was captured. */
  fits(scripts: ReadonlyMap<Check, Script>, servers: readonly string[]): Fit[] {
    const own = new Map(servers.map((server) => [server, this.#byServer.get(server)?.finish().checks ?? []]));
    return [...scripts].map(([check, script]): Fit => {
      const verdicts = servers.map((server) => bestOf(server, check, script, own.get(server) ?? []));
      return { check, verdicts, fitsAll: verdicts.every(({ up }) => up === true) };
    });
  }
}

/** A server may have been asked in several ways: the one that gets farthest counts. */
function bestOf(server: string, check: Check, script: Script, captured: readonly Check[]): FitVerdict {
  let best: FitVerdict = { server, up: undefined, step: undefined, comment: undefined, status: undefined };
  for (const { replies } of captured) {
    const reactions = replies.map((reply) => says(Buffer.concat(reply.map(({ bytes }) => bytes))));
    const { status, step } = runScript(script, { reactions }, check.timeout * 1000);
    if (status === 'L7OK') return { server, up: true, step: undefined, comment: undefined, status };
    if (best.up === undefined || (step ?? 0) > (best.step ?? 0))
      best = {
        server,
        up: false,
        step,
        comment: step === undefined ? undefined : check.steps[step - 1]?.comment,
        status,
      };
  }
  return best;
}
