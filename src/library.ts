import { analyze } from './analyze.ts';
import type { Aim } from './check/aim.ts';
import type { Check } from './check/check.ts';
import { CheckFolder } from './check/fold.ts';
import { sampleOf } from './check/sample.ts';
import { type Dialogue, readDialogue } from './dialogue/dialogue.ts';
import { haproxyRules } from './emit/haproxy/rules.ts';
import { conversationsOf, parseFixture as parse } from './fixture/read.ts';
import type { FixtureJson } from './fixture/schema.ts';
import type { Behavior } from './proof/behavior.ts';
import { twinsOf } from './proof/counterparts.ts';
import { DEFAULT_FORM, type Form } from './proof/form.ts';
import { type Proof, proveCheck as prove } from './proof/prove.ts';
import { composeScript } from './proof/script.ts';
import { checkLive, type LiveVerdict, type Target } from './replay/live.ts';
import { planOf } from './replay/plan.ts';
import { type ServedFixture, serveFixture as serve } from './replay/serve.ts';

/** The dialogues of captures and of what they tunnel, in order of their numbers; the first 100, unless `limit` says otherwise. Throws CaptureError. */
export async function readCapture(...paths: readonly string[]): Promise<readonly Dialogue[]> {
  const { dialogues } = await analyze({ paths, dialogues: true, proof: false });
  return dialogues;
}

/** The checks that dialogues give: like ones are samples of one check. Those that did not work give none. */
export function composeCheck(dialogues: readonly Dialogue[], aim: Aim = {}): readonly Check[] {
  const folder = new CheckFolder();
  for (const dialogue of dialogues) {
    const sampling = sampleOf(dialogue, new Set(), false, aim);
    if ('sample' in sampling) folder.add(sampling.sample);
  }
  return folder.finish().checks;
}

/** Tries a check against every broken twin and healthy variant of the server that it came from, in a model of HAProxy. Throws FormError. */
export const proveCheck = (check: Check, form: Partial<Form> = {}): Proof =>
  prove(composeScript(check, { ...DEFAULT_FORM, ...form }), check.replies, check.timeout * 1000);

/** The rules of a check, a line each, the option that turns them on first. Throws FormError and HaproxyLimitError. */
export const emitHaproxy = (check: Check, form: Partial<Form> = {}): readonly string[] =>
  haproxyRules(composeScript(check, { ...DEFAULT_FORM, ...form }));

/** The names of the faults that `serveFixture` can have: those of the broken twins of the server that a check came from. */
export const faultsOf = (check: Check): readonly string[] => twinsOf(check.replies).map(({ name }) => name);

/** A fixture's text as data, and the dialogues that it holds. Throws FixtureError with the JSON path. */
export function parseFixture(text: string): { readonly fixture: FixtureJson; readonly dialogues: readonly Dialogue[] } {
  const fixture = parse(text);
  return { fixture, dialogues: conversationsOf(fixture).map((each) => readDialogue(each, new Set())) };
}

export interface ServeFixtureOptions {
  /** Default: 127.0.0.1 and a free port. */
  readonly host?: string;
  readonly port?: number;
  /** Wait as long as the recorded server did; default `none`. */
  readonly timing?: 'recorded' | 'none';
  /** Break it as the twin of this name is broken. */
  readonly fault?: string;
  readonly log?: (line: string) => void;
}

/** A mock server that behaves as the recorded one. Throws RangeError for a fault that is none; rejects where it cannot listen. */
export function serveFixture(
  dialogues: readonly Dialogue[],
  options: ServeFixtureOptions = {},
): Promise<ServedFixture> {
  const { host = '127.0.0.1', port = 0, timing = 'none', fault, log } = options;
  const plans = dialogues.map((dialogue) => planOf(dialogue, timing));
  const limits = { maxConnections: 256, maxBytes: 1_048_576 };
  const broken = fault === undefined ? undefined : faultNamed(dialogues, fault);
  return serve(plans, { host, port, ...limits, ...(log && { log }) }, broken);
}

function faultNamed(dialogues: readonly Dialogue[], name: string): Behavior {
  const [check] = composeCheck(dialogues);
  const twin = check && twinsOf(check.replies).find((each) => each.name === name);
  if (twin === undefined) throw new RangeError(`no fault is called "${name}"`);
  return twin.behavior;
}

/** Runs a check against a live server, as HAProxy would. Times are in milliseconds. */
export function verifyCheck(
  check: Check,
  target: Target,
  options: { readonly connectTimeout?: number } = {},
): Promise<LiveVerdict> {
  const { connectTimeout = 5000 } = options;
  return checkLive(composeScript(check, DEFAULT_FORM), target, { timeout: check.timeout * 1000, connectTimeout });
}
