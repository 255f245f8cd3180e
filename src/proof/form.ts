/** HAProxy versions that a script can be written for, in order. */
export const DIALECTS = [
  '1.8',
  '1.9',
  '2.0',
  '2.1',
  '2.2',
  '2.3',
  '2.4',
  '2.5',
  '2.6',
  '2.7',
  '2.8',
  '2.9',
  '3.0',
  '3.1',
  '3.2',
  '3.3',
  '3.4',
] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Is a dialect as old as, or older than, the one before `since`? Without a dialect the script has to run from 2.2 on. */
export const isBefore = (dialect: Dialect | undefined, since: Dialect): boolean =>
  DIALECTS.indexOf(dialect ?? '2.2') < DIALECTS.indexOf(since);

/** What is looked for in a reply. */
export const EXPECT_FORMS = ['anchored', 'prefix', 'exact'] as const;
/** How a payload is written. */
export const SEND_FORMS = ['auto', 'text', 'binary'] as const;
/** Which of HAProxy's checkers has the conversation. */
export const CHECKERS = ['tcp-check', 'http-check'] as const;

/** How a check is put into HAProxy's words. */
export interface Form {
  readonly expect: (typeof EXPECT_FORMS)[number];
  readonly send: (typeof SEND_FORMS)[number];
  /** Undefined: http-check where it can say the check, else tcp-check. */
  readonly checker: (typeof CHECKERS)[number] | undefined;
  /** Undefined: what runs unchanged on 2.2 to 3.4. */
  readonly dialect: Dialect | undefined;
}

export const DEFAULT_FORM: Form = { expect: 'anchored', send: 'auto', checker: undefined, dialect: undefined };

/** Everything that makes a script judge right came with the rewrite of the checks in 2.2. */
export const isModern = ({ dialect }: Form): boolean => !isBefore(dialect, '2.2');

/** Is the script meant to be right about the server that it came from? Weaker forms are the user's choice. */
export const isStrict = (form: Form): boolean => form.expect === 'anchored' && isModern(form);
