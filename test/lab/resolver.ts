import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ORIGIN } from './names.ts';
import { ORIGIN_ADDRESS } from './sandbox.ts';

const RESPONSE = 0x8580; // QR, AA, RD, RA (RFC 1035 §4.1.1)
const NXDOMAIN = 3;
const [TYPE_A, CLASS_IN] = [1, 1];

/** A name server that knows the origin's IPv4 address, or does not. */
export class Resolver {
  knows = true;
  readonly #socket = createSocket('udp4');

  async start(): Promise<void> {
    this.#socket.on('message', (query, { port, address }) => this.#socket.send(this.#answer(query), port, address));
    this.#socket.bind(53, '127.0.0.1');
    await once(this.#socket, 'listening');
  }

  #answer(query: Buffer): Buffer {
    let end = 12;
    const labels: string[] = [];
    for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
      labels.push(query.toString('latin1', end + 1, end + 1 + length));
      end += 1 + length;
    }
    const found = this.knows && labels.join('.').toLowerCase() === ORIGIN;
    const record = found && query.readUInt16BE(end + 1) === TYPE_A;

    const header = Buffer.alloc(12);
    header.writeUInt16BE(query.readUInt16BE(0), 0);
    header.writeUInt16BE(found ? RESPONSE : RESPONSE | NXDOMAIN, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(record ? 1 : 0, 6);
    const question = query.subarray(12, end + 5);
    if (!record) return Buffer.concat([header, question]);
    const answer = Buffer.from([
      0xc0,
      12,
      0,
      TYPE_A,
      0,
      CLASS_IN,
      0,
      0,
      0,
      0,
      0,
      4,
      ...ORIGIN_ADDRESS.split('.').map(Number),
    ]);
    return Buffer.concat([header, question, answer]);
  }
}
