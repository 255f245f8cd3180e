import { InvalidArgumentError } from 'commander';
import { ALLOWANCES, type Allowance } from '../dialogue/dialogue.ts';

/** Options that every command shares. */
export interface CommonOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
  readonly output?: string;
  readonly stream?: number;
  readonly server?: string;
  readonly role?: string;
  readonly allow?: ReadonlySet<Allowance>;
  readonly json?: boolean;
}

/** A conversation's number, as Wireshark's `tcp.stream`. */
export function parseStream(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text))
    throw new InvalidArgumentError('a number from 0 on, as in the display filter tcp.stream eq 0.');
  return Number(text);
}

/** `HOST:PORT` or `[HOST]:PORT`, in the form that endpoints are printed in. */
export function parseEndpoint(text: string): string {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text);
  if (match === null || Number(match[3]) > 65_535) {
    throw new InvalidArgumentError('an address and a port, as 127.0.0.1:1080 or [::1]:1080; captures hold no names.');
  }
  return match[1] === undefined ? text : `[${match[1].toLowerCase()}]:${match[3]}`;
}

/** `server=HOST:PORT`. */
export function parseRole(text: string): string {
  if (!text.startsWith('server=')) throw new InvalidArgumentError('server=HOST:PORT.');
  return parseEndpoint(text.slice('server='.length));
}

/** A comma-separated list of what poor evidence to use all the same. */
export function parseAllowances(text: string, previous: ReadonlySet<Allowance> = new Set()): ReadonlySet<Allowance> {
  const allowed = new Set(previous);
  for (const name of text.split(',')) {
    const allowance = ALLOWANCES.find((each) => each === name);
    if (allowance === undefined)
      throw new InvalidArgumentError(`one or more of ${ALLOWANCES.join(', ')}, separated by commas.`);
    allowed.add(allowance);
  }
  return allowed;
}
