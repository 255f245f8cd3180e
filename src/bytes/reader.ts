/** What a field is for, which decides whether it can be asserted. */
export type Role = 'fixed' | 'outcome' | 'volatile' | 'secret';

/** A named span of a message; `start` counts from the beginning of the side's byte stream. */
export interface Field {
  readonly name: string;
  readonly start: number;
  readonly length: number;
  readonly role: Role;
}

/** Why a decoder stopped. `short` tells bytes that have not come (or were not captured) from bytes that are wrong. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly field: string;
  readonly offset: number;
  readonly short: boolean;

  constructor(field: string, offset: number, expected: string, found: string, short = false) {
    super(`${field} at offset ${offset}: expected ${expected}, found ${found}`);
    this.field = field;
    this.offset = offset;
    this.short = short;
  }
}

/** A cursor over one side's bytes that remembers where each named field lay. All integers are in network byte order. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset: number;
  #fields: Field[] = [];

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  /** Where the next field starts, counted from the beginning of the byte stream. */
  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The fields read since the last call, so that each message takes its own. */
  takeFields(): readonly Field[] {
    const fields = this.#fields;
    this.#fields = [];
    return fields;
  }

  /** The byte `ahead` positions on, without moving; undefined past the end. */
  peek(ahead = 0): number | undefined {
    return this.#bytes[this.#offset + ahead];
  }

  u8(name: string, role: Role = 'fixed'): number {
    return this.bytes(1, name, role)[0] as number;
  }

  u16(name: string, role: Role = 'fixed'): number {
    const [high, low] = this.bytes(2, name, role) as unknown as [number, number];
    return high * 256 + low;
  }

  /** The next `length` bytes as a view. Throws a short DecodeError when the stream holds fewer. */
  bytes(length: number, name: string, role: Role = 'fixed'): Uint8Array {
    if (length > this.remaining) {
      throw new DecodeError(name, this.#offset, `${length} bytes`, `${this.remaining}`, true);
    }
    const start = this.#offset;
    this.#offset += length;
    if (length > 0) this.#fields.push({ name, start, length, role });
    return this.#bytes.subarray(start, this.#offset);
  }
}
