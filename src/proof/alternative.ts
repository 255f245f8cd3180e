/** Something else that a server may say in place of what was captured. */
export interface Alternative {
  readonly name: string;
  readonly bytes: Uint8Array;
}
