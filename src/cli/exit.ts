/** Exit codes, documented in the README. */
export const EXIT = { done: 0, no: 1, usage: 2, unreadable: 3, internal: 70 } as const;

/** Ends a command with a message and an exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Ends a command whose `--haproxy` cannot be run. */
export const unusable = (binary: string, { message }: Error): CommandError =>
  new CommandError(
    EXIT.unreadable,
    `${binary} cannot be used: ${message}; name a HAProxy, as --haproxy /usr/sbin/haproxy`,
  );
