import type { Quirk } from '../conversation/quirk.ts';

/** What can be odd about a server over several conversations, whichever protocol it speaks. */
export const SERVER_QUIRKS = {
  'server-closes-other-protocol': {
    title: 'closes without a word when it is spoken to in another protocol than its own',
    spec: 'RFC 9293 §3.6',
    severity: 'habit',
    clients: 'A wrong setting looks like a crash of the server.',
    checks: 'A check in the wrong protocol fails at once, without saying why.',
  },
  'server-silent-other-protocol': {
    title: 'says nothing when it is spoken to in another protocol than its own',
    spec: 'RFC 9293 §3.10.7',
    severity: 'habit',
    clients: 'A wrong setting ends in a time-out.',
    checks: 'A check in the wrong protocol fails at its time-out only.',
  },
} as const satisfies Record<string, Quirk>;
