import type { Finding, Quirk } from '../conversation/quirk.ts';
import { missingReply, ms } from '../conversation/quirks.ts';
import type { Dialogue } from './dialogue.ts';

/** What can be odd about a tunnel that was granted, whichever proxy protocol granted it. */
export const TUNNEL_QUIRKS = {
  'tunnel-closed-without-answer': {
    title: 'grants, then closes the tunnel without an answer',
    spec: 'RFC 1928 §6, RFC 9110 §9.3.6',
    severity: 'deviation',
    clients: 'An empty reply: the server may have granted before it tried the destination, or the origin closed.',
    checks: 'A check that ends with the grant calls it up: ask for something through the tunnel.',
  },
  'tunnel-silent': {
    title: 'grants, then says nothing for a second or more in the tunnel',
    spec: 'RFC 1928 §6, RFC 9110 §9.3.6',
    severity: 'deviation',
    clients: 'They wait for a time-out of their own: the server may have granted before it tried the destination.',
    checks: 'A check that ends with the grant calls it up: ask for something through the tunnel.',
  },
} as const satisfies Record<string, Quirk>;

export type TunnelFinding = Finding<keyof typeof TUNNEL_QUIRKS>;

/** Did a tunnel that was granted bring no answer? */
export function tunnelFindings({ conversation, layers }: Dialogue): TunnelFinding[] {
  const proxy = layers.findLast(({ outcome, protocol }) => outcome.kind === 'granted' && protocol !== 'proxy-protocol');
  if (proxy?.outcome.kind !== 'granted') return [];
  const { client, server } = proxy.outcome.tunnel;
  const said = conversation.client.bytes.length;
  const how = missingReply(conversation, said, server);
  if (how === undefined) return [];
  const place = { side: 'server', offset: server, length: 0, frame: how.frame } as const;
  switch (how.kind) {
    case 'FIN':
    case 'RST': {
      const detail = `${how.kind} ${said > client ? 'behind the request' : 'before anything was asked'}`;
      return [{ ...place, code: 'tunnel-closed-without-answer', detail }];
    }
    case 'silence':
      if (said === client) return []; // nothing was asked
      return [{ ...place, code: 'tunnel-silent', detail: `${ms(how.waited)}, then the client gave up` }];
  }
}
