import type { HttpCheck } from './http-rule.ts';
import type { TcpRule } from './rule.ts';

/** A sentence about a line of a configuration, without a final stop. Lines are numbered from 1. */
export interface Remark {
  readonly line: number;
  readonly text: string;
}

/** A `server` line. */
export interface ConfiguredServer {
  readonly name: string;
  /** As written: an address or a name; undefined where it comes from a variable, or is no internet address. */
  readonly host: string | undefined;
  /** The port that is checked. */
  readonly port: number | undefined;
  readonly backup: boolean;
  readonly line: number;
}

/** A rule of tcp-check as it is evaluated, and its line. */
export interface PlacedRule {
  readonly line: number;
  readonly rule: TcpRule;
}

/** How a server is checked. */
export type Checker =
  /** A TCP connect and nothing more; `line` is that of an option that has no rules. */
  | { readonly kind: 'connect'; readonly line: number | undefined }
  | { readonly kind: 'tcp-check'; readonly rules: readonly PlacedRule[] }
  /** `expects` are the lines of the expect rules. Without a check nothing is ever sent. */
  | {
      readonly kind: 'http-check';
      readonly line: number;
      readonly http: HttpCheck | undefined;
      readonly expects: readonly number[];
    }
  /** Another protocol's checker: `redis-check`, `smtpchk`. */
  | { readonly kind: 'other'; readonly line: number; readonly option: string };

/** A check that a configuration has, for the servers that it is made of. */
export interface ConfiguredCheck {
  /** `listen socks`; `backend out, healthcheck deep`. */
  readonly section: string;
  readonly line: number;
  readonly servers: readonly ConfiguredServer[];
  readonly checker: Checker;
  /** What a whole check may take, in milliseconds, and the line that says so; without one it is the default of `inter`. */
  readonly timeout: { readonly milliseconds: number; readonly line: number | undefined; readonly option: string };
  /** Does HAProxy write a PROXY header of its own? */
  readonly writesProxyHeader: boolean;
  /** What is worth knowing. */
  readonly remarks: readonly Remark[];
  /** What is known to nobody but the HAProxy that runs: the check cannot be judged. */
  readonly unknown: readonly Remark[];
}
