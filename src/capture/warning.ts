/** What the program warns of, by the name that each warning ends with. */
export const WARNINGS = {
  'cut-off': 'a file ends inside a frame, or inside compressed data',
  'link-type': 'frames of a link type that is not read',
  'frames-left-out': 'frames that are cut, malformed or nested too deeply',
  'fragments-overlap': 'IP fragments that overlap',
  'fragments-lost': 'IP fragments without the rest of their packet',
  limit: 'a bound was hit',
  interrupted: 'the reading was interrupted',
  role: 'nothing has the endpoint of --role',
  redacted: 'a fixture with placeholders for its secrets',
  'request-incomplete': 'the capture lacks a part of what is sent',
  'not-recognized': 'no protocol is recognized',
  'unknown-reply': 'a reply is asserted only as far as its samples agree',
  'open-end': 'where an unknown reply ends is not known',
  'ends-early': 'the check ends before the conversation does',
  'redis-value': 'of a Redis value the kind is asserted',
  'tls-tunnel': 'a replayed ClientHello shows the tunnel, not the origin',
  'tls-resumed': 'the ClientHello resumes a session',
  'unsafe-method': 'POST, PUT, PATCH or DELETE is sent with every check',
  conditional: 'a conditional or ranged request is sent with every check',
  'origin-headers': 'headers for the captured origin are not sent to --probe',
  'proxy-header': 'a PROXY header is replayed with its client',
  'weak-form': 'what the form that was asked for loses',
  segments: 'a request in several sends arrives in several segments',
  redirect: 'the answer is a redirect',
  lookalike: 'the check would take a captured failure for a success',
  forced: 'the check expects a failure, as --stream asked',
  proof: 'the check is wrong about a server, or late',
  'not-proved': 'the check could not be tried',
  withheld: 'a check is not printed, or not run',
  'probe-status': 'of --probe the status of the captured origin is expected',
  token: 'what is sent holds what looks like a token',
  'secret-names': '--secret-names names no secret of the script',
  'missing-variable': 'this HAProxy takes a missing variable for empty',
  'nothing-judged': 'no check of a configuration could be judged',
  disagreement: 'HAProxy and the model disagree',
} as const;

export type WarningCode = keyof typeof WARNINGS;

/** Why a capture is poor evidence, or what a check cannot promise; the codes are stable names. */
export interface Warning<Code extends string = WarningCode> {
  readonly code: Code;
  /** A sentence without a final stop, naming file, frame and offset where there are some, and the next step. */
  readonly message: string;
}

export type Warn = (warning: Warning) => void;

/** An input that cannot be read: names the file, and the frame and byte offset where there are some. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';

  constructor(place: { file: string; frame?: number; offset?: number }, problem: string, nextStep?: string) {
    const where = [place.file];
    if (place.frame !== undefined) where.push(`frame ${place.frame}`);
    if (place.offset !== undefined) where.push(`offset ${place.offset}`);
    super(`${where.join(', ')}: ${problem}${nextStep === undefined ? '' : `; ${nextStep}`}`);
  }
}

/** What the system has against a file or an address, and what to do about it. */
const SYSTEM_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied; ask its owner, or use sudo',
  EISDIR: 'it is a directory; name a file in it',
  ENOSPC: 'no space is left on the device',
  EADDRINUSE: 'the address is taken; port 0 takes a free one',
  EADDRNOTAVAIL: 'this machine does not have the address; 127.0.0.1 and 0.0.0.0 it has',
};

/** An error of the system in words. */
export const systemProblem = (error: Error): string =>
  ('code' in error && SYSTEM_PROBLEMS[String(error.code)]) || error.message;
