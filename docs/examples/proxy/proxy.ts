import { connect, createServer, type Server } from 'node:net';

/** A SOCKS5 proxy in a few lines: no authentication, CONNECT to IPv4 addresses and names (RFC 1928). */
export const createProxy = (): Server =>
  createServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', () => {
      client.write(Uint8Array.of(5, 0));
      client.once('data', (request) => {
        const named = request[3] === 3;
        const end = named ? 5 + (request[4] ?? 0) : 8;
        const host = named ? request.toString('latin1', 5, end) : request.subarray(4, 8).join('.');
        const origin = connect(request.readUInt16BE(end), host, () => {
          client.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
          client.pipe(origin).pipe(client);
        });
        origin.on('error', () => client.end(Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0)));
      });
    });
  });
