import { describe, expect, test } from 'vitest';
import { LINK_TYPES } from '../../src/packet/link-types.ts';
import { asDecoded, decode, readable, V4, V6 } from '../support/packet.ts';
import { TUNNELS } from '../support/tunnels.ts';
import { hex, ipPacket, LINKS, type Link } from '../support/wire.ts';

const MACS = hex('020000000002 020000000001');
const behind = (linkType: number, header: string, etherType = ''): Link => ({
  linkType,
  wrap: (ip) =>
    Buffer.concat([hex(header), hex(etherType.replace('TYPE', (ip[0] as number) >> 4 === 6 ? '86dd' : '0800')), ip]),
});
const ethernet = (tags: string): Link => behind(1, MACS.toString('hex'), `${tags}TYPE`);

/** Ways of carrying IP beside those of LINKS. */
const MORE: Readonly<Record<string, Link>> = {
  'Ethernet with a priority in its VLAN tag': ethernet('8100 e064'),
  'Ethernet with three VLAN tags': ethernet('88a8 0001 8100 0002 8100 0003'),
  'Ethernet with the VLAN tag 9100': ethernet('9100 0064'),
  'Ethernet with a VLAN tag before LLC and SNAP': ethernet('8100 0064 0100 aaaa03 000000'),
  'cooked v1 with a VLAN tag': behind(113, '0000 0001 0006 020000000001 0000', '8100 0064 TYPE'),
  'cooked v2 with a VLAN tag': behind(276, '8100 0000 00000001 0001 00 06 020000000001 0000', '0064 TYPE'),
  'raw, as OpenBSD numbers it': { linkType: 14, wrap: (ip) => ip },
  LINKTYPE_IPV4: { linkType: 228, wrap: (ip) => ip },
  LINKTYPE_IPV6: { linkType: 229, wrap: (ip) => ip },
};

describe.each(Object.entries<Link>({ ...LINKS, ...MORE }))('%s', (_, link) => {
  test.each([
    ['IPv4', V4],
    ['IPv6', V6],
  ])('carries %s', (_, segment) => {
    expect(readable(decode(link.wrap(ipPacket(segment)), link.linkType))).toEqual(asDecoded(segment));
  });
});

test('every link type that is read is tried', () => {
  const tried = new Set(Object.values<Link>({ ...LINKS, ...MORE, ...TUNNELS }).map(({ linkType }) => linkType));
  expect(tried).toEqual(new Set(LINK_TYPES.keys()));
});

test.each([
  ['NetBSD and OpenBSD, big-endian', '00000018'],
  ['NetBSD and OpenBSD, little-endian', '18000000'],
  ['FreeBSD, big-endian', '0000001c'],
  ['FreeBSD, little-endian', '1c000000'],
  ['macOS, big-endian', '0000001e'],
  ['macOS, little-endian', '1e000000'],
  ['Linux', '0a000000'],
])('the IPv6 address family of %s is known', (_, family) => {
  for (const linkType of [0, 108]) {
    expect(readable(decode(Buffer.concat([hex(family), ipPacket(V6)]), linkType))).toEqual(asDecoded(V6));
  }
});

test.each([
  ['ARP', 1, `${MACS.toString('hex')} 0806 0001080006040001`],
  ['ARP in a VLAN', 1, `${MACS.toString('hex')} 8100 0064 0806 0001080006040001`],
  ['a spanning tree frame', 1, '0180c2000000 020000000001 0026 424203 0000000000'],
  ['SNAP of an organization', 1, '01000ccccccc 020000000001 0020 aaaa03 00000c 2000 02b4'],
  ['LLC of another length', 1, `${MACS.toString('hex')} 0003 f0f07f`],
  ['loopback of AppleTalk', 0, '10000000 45000000'],
  ['loopback of nothing', 0, '00000000 45000000'],
  ['raw of version 5', 101, `55${'00'.repeat(40)}`],
  ['cooked v1 of ARP', 113, '0000 0001 0006 020000000001 0000 0806 0001'],
  ['cooked v1 of LLC', 113, '0000 0001 0006 020000000001 0000 0004 424203'],
  ['cooked v2 of ARP', 276, '0806 0000 00000001 0001 00 06 020000000001 0000 0001'],
])('%s is not IP', (_, linkType, bytes) => expect(decode(hex(bytes), linkType)).toBe('not IP'));

test.each([[51], [104], [147], [192], [65_535], [-1]])('link type %i is unknown', (linkType) => {
  expect(decode(ipPacket(V4), linkType)).toBe('unknown link type');
});
