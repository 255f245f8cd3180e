import { type Form, isBefore, isModern } from '../../proof/form.ts';
import type { RuleStyle } from './rules.ts';
import type { SectionOptions } from './section.ts';
import { Variables } from './variables.ts';

/** What is written around the rules, and how. */
export interface ScriptStyle {
  readonly comments: boolean;
  /** Take secrets from the environment, under these names where they differ from the usual ones; undefined: write them out. */
  readonly environment: ReadonlyMap<string, string> | undefined;
  /** A whole section, or a whole file; undefined: bare rules to paste. */
  readonly section: SectionOptions | undefined;
}

export const DEFAULT_SCRIPT_STYLE: ScriptStyle = { comments: true, environment: undefined, section: undefined };

/** How the rules of one run are written. */
export const ruleStyle = ({ comments, environment }: ScriptStyle, form: Form): RuleStyle => ({
  comments,
  old: !isModern(form),
  variables: environment && new Variables(environment),
});

/** A line that stops HAProxy where a variable is missing needs 2.4. */
export const canGuard = ({ dialect }: Form): boolean => dialect === undefined || !isBefore(dialect, '2.4');
