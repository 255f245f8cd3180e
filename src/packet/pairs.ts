/** How many IPv4 pairs are remembered; a power of two. */
const SLOTS = 4096;

/** Reads the pair of a segment: see `Segment.pair`. A frame mostly belongs to a connection met lately, whose string is there already. */
export class PairReader {
  readonly #texts: string[] = new Array(SLOTS).fill('');
  /** The 12 bytes that each text stands for, as three words. */
  readonly #words = new Int32Array(3 * SLOTS);

  /** The addresses of an IP packet, which stand at `addresses`, and the ports of what it carries, which stand at `start`. */
  read(data: Buffer, version: 4 | 6, addresses: number, start: number): string {
    if (version === 6)
      return data.toString('latin1', addresses, addresses + 32) + data.toString('latin1', start, start + 4);
    const source = wordAt(data, addresses);
    const destination = wordAt(data, addresses + 4);
    const ports = wordAt(data, start);
    const slot = slotOf(source, destination, ports);
    const words = this.#words;
    const at = 3 * slot;
    const known = this.#texts[slot] as string;
    if (known !== '' && words[at] === source && words[at + 1] === destination && words[at + 2] === ports) return known;
    const text = data.toString('latin1', addresses, addresses + 8) + data.toString('latin1', start, start + 4);
    words[at] = source;
    words[at + 1] = destination;
    words[at + 2] = ports;
    this.#texts[slot] = text;
    return text;
  }
}

/** Multiplicative hashing: the upper bits depend on all of the bytes. */
const slotOf = (source: number, destination: number, ports: number): number =>
  (Math.imul(source ^ Math.imul(destination ^ Math.imul(ports, 0x9e3779b1), 0x85ebca6b), 0xc2b2ae35) >>> 16) &
  (SLOTS - 1);

const wordAt = (data: Buffer, at: number): number =>
  ((data[at] as number) << 24) |
  ((data[at + 1] as number) << 16) |
  ((data[at + 2] as number) << 8) |
  (data[at + 3] as number);
