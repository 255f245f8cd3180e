/** What a link layer carries: the EtherType and where the network header starts. */
export interface LinkPayload {
  readonly etherType: number;
  readonly offset: number;
}

/** IEEE 802 numbers (https://www.iana.org/assignments/ieee-802-numbers). */
export const ETHER_TYPE = { ipv4: 0x0800, ipv6: 0x86dd } as const;
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200, 0x9300]); // 802.1Q, 802.1ad, and what was used before it

/** Decodes the link header of a frame; undefined when the frame is cut inside it or holds nothing we know. */
export type DecodeLink = (data: Buffer) => LinkPayload | undefined;

export const decodeRawIp: DecodeLink = (data) => {
  if (data.length === 0) return undefined;
  const version = (data[0] as number) >> 4;
  return { etherType: version === 4 ? ETHER_TYPE.ipv4 : version === 6 ? ETHER_TYPE.ipv6 : 0, offset: 0 };
};

/** An Ethernet frame that starts at `start`. */
export const decodeEthernet = (data: Buffer, start = 0): LinkPayload | undefined =>
  data.length < start + 14 ? undefined : untagged(data, start + 12);

/** Linux cooked v1 (LINKTYPE_LINUX_SLL): 16 bytes, the protocol last. */
export const decodeCooked1: DecodeLink = (data) => (data.length < 16 ? undefined : untagged(data, 14));

/** Linux cooked v2 (LINKTYPE_LINUX_SLL2): 20 bytes, the protocol first. */
export const decodeCooked2: DecodeLink = (data) => {
  if (data.length < 20) return undefined;
  const etherType = data.readUInt16BE(0);
  return VLAN_TAGS.has(etherType) ? untagged(data, 22) : { etherType, offset: 20 };
};

/** BSD loopback: the address family in the byte order of the machine that captured, or in network order (LINKTYPE_LOOP). */
export const decodeBsdLoopback: DecodeLink = (data) => {
  if (data.length < 4) return undefined;
  const family = data.readUInt16BE(0) === 0 ? data.readUInt32BE(0) : data.readUInt32LE(0);
  if (family === 2) return { etherType: ETHER_TYPE.ipv4, offset: 4 };
  return { etherType: IPV6_FAMILIES.has(family) ? ETHER_TYPE.ipv6 : 0, offset: 4 };
};
const IPV6_FAMILIES: ReadonlySet<number> = new Set([10, 24, 28, 30]); // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS

/** Steps over VLAN tags and an LLC/SNAP header; `at` is where the EtherType or 802.3 length stands. */
function untagged(data: Buffer, at: number): LinkPayload | undefined {
  let position = at;
  while (position + 2 <= data.length) {
    const etherType = data.readUInt16BE(position);
    if (VLAN_TAGS.has(etherType)) position += 4;
    else if (etherType > 1500) return { etherType, offset: position + 2 };
    else {
      const header = data.toString('hex', position + 2, position + 8); // behind an 802.3 length
      if (header === LLC_SNAP) position += 8;
      else return LLC_SNAP.startsWith(header) ? undefined : { etherType: 0, offset: position + 2 };
    }
  }
  return undefined;
}

/** LLC AA AA 03 and SNAP with organization 0: an EtherType follows (RFC 1042). */
const LLC_SNAP = 'aaaa03000000';
