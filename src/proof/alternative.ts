/** Something else that a server may say in place of what was captured. */
export interface Alternative {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Broken, but like a reply whose rest is still to come: a script that waits for the rest finds out by the close, or by the timeout. */
  readonly undecided?: boolean;
  /** Healthy, but where it ends cannot be said: only in one piece it is told from broken. */
  readonly inOnePiece?: boolean;
}
