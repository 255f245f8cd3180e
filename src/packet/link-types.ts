import { decodePpp, decodeRadiotap, decodeWifi } from './encapsulation.ts';
import {
  type DecodeLink,
  decodeBsdLoopback,
  decodeCooked1,
  decodeCooked2,
  decodeEthernet,
  decodeRawIp,
} from './link.ts';

/** LINKTYPE_ values (https://www.tcpdump.org/linktypes.html). */
export const LINK_TYPES: ReadonlyMap<number, DecodeLink> = new Map<number, DecodeLink>([
  [0, decodeBsdLoopback],
  [1, (data) => decodeEthernet(data)],
  [9, (data) => decodePpp(data, 0)],
  [12, decodeRawIp], // DLT_RAW as some systems wrote it
  [14, decodeRawIp],
  [50, (data) => decodePpp(data, 0)], // PPP in HDLC-like framing
  [101, decodeRawIp],
  [105, (data) => decodeWifi(data)],
  [108, decodeBsdLoopback],
  [113, decodeCooked1],
  [127, decodeRadiotap],
  [228, decodeRawIp],
  [229, decodeRawIp],
  [276, decodeCooked2],
]);
