import type { Check } from '../check/check.ts';
import { formatEndpoint } from '../packet/segment.ts';

/** Servers that are named in a header; the rest is a number. */
const NAMED = 4;

/** `server 127.0.0.1:1080`, `servers 127.0.0.1:1080, 127.0.0.2:1080 and 3 more`. */
export function serversOf({ servers }: Pick<Check, 'servers'>): string {
  const named = servers.slice(0, NAMED).map(formatEndpoint).join(', ');
  const more = servers.length - NAMED;
  return `${servers.length === 1 ? 'server' : 'servers'} ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
