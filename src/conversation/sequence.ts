/** How far sequence number `a` is ahead of `b`, from -2^31 to 2^31 - 1: arithmetic modulo 2^32 (RFC 9293 §3.4). */
export const sequenceDistance = (a: number, b: number): number => (a - b) | 0;
