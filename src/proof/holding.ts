import { exchangesBeside } from '../check/beside.ts';
import type { Check } from '../check/check.ts';
import { sampleOf } from '../check/sample.ts';
import type { Allowance, Dialogue } from '../dialogue/dialogue.ts';
import { asksAlike, type Recorded, recordedServer } from './recorded.ts';
import { runScript, type Script } from './script.ts';

/** How often the requests of checks were sent to a server, and how often the checks would have passed. */
export interface Holding {
  readonly asked: number;
  readonly passed: number;
  /** Do all of the checks hold? Undefined where one sends what was never sent to the server, which shows nothing. */
  readonly holds: boolean | undefined;
}

/** Servers as they were in dialogues, whatever came of those. */
export const serversIn = (dialogues: readonly Dialogue[], allowed: ReadonlySet<Allowance>): Recorded[] =>
  dialogues.flatMap((dialogue) => {
    const beside = exchangesBeside(dialogue, allowed).map((exchanges) => recordedServer(exchanges, undefined));
    const sampling = sampleOf(dialogue, allowed, true);
    if (!('sample' in sampling)) return beside;
    const { exchanges, later, hungUp } = sampling.sample;
    return [...beside, recordedServer([...exchanges, ...later], hungUp)];
  });

/** Do checks hold for servers, as far as dialogues show it? Each is run in the model against those that were asked what it asks. */
export function holdingOf(scripts: ReadonlyMap<Check, Script>, servers: readonly Recorded[]): Holding {
  const verdicts = [...scripts].map(([check, script]) => servers.flatMap((server) => verdictOn(check, script, server)));
  const all = verdicts.flat();
  const passed = all.filter((passes) => passes).length;
  const shown = verdicts.every((own) => own.length > 0);
  return { asked: all.length, passed, holds: passed < all.length ? false : shown ? true : undefined };
}

/** Does each check hold for all of the servers on every side? Undefined where that is not shown of one that holds as far as it is shown. */
export function holdEverywhere(
  scripts: ReadonlyMap<Check, Script>,
  sides: readonly (readonly Recorded[])[],
): boolean | undefined {
  const verdicts = [...scripts].map((entry) => {
    const own = sides.map((servers) => holdingOf(new Map([entry]), servers).holds);
    return own.includes(false) ? false : own.includes(undefined) ? undefined : true;
  });
  if (verdicts.includes(undefined)) return undefined;
  return verdicts.length > 0 && !verdicts.includes(false);
}

/** Does the check pass? Nothing where the dialogue does not show it. */
function verdictOn({ asked, timeout }: Check, script: Script, server: Recorded): boolean[] {
  if (!asksAlike(asked, server.asked)) return [];
  const { status } = runScript(script, server.behavior, timeout * 1000);
  if (status === 'L7OK') return [true];
  // What a client did not wait for, or did not go on to ask, is not known.
  const unheard = server.asked.length < asked.length || (asked.length === 0 && server.asked.length > 0);
  return status === 'L7TOUT' && unheard ? [] : [false];
}
