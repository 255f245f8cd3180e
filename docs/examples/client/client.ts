import { connect } from 'node:net';

/** Asks a SOCKS5 proxy for a name and gives the status of what `GET path` is answered through it. */
export function statusThrough(proxy: { host: string; port: number }, name: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(proxy.port, proxy.host, () => socket.write(Uint8Array.of(5, 1, 0)));
    const request = Buffer.concat([Uint8Array.of(5, 1, 0, 3, name.length), Buffer.from(name), Uint8Array.of(0, 80)]);
    socket.on('error', reject);
    socket.on('end', () => reject(new Error('the proxy closed')));
    socket.once('data', () => {
      socket.write(request);
      socket.once('data', (reply) => {
        if (reply[1] !== 0) return reject(new Error(`refused: ${reply[1]}`));
        socket.write(`GET ${path} HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
        socket.once('data', (answer) => {
          socket.destroy();
          resolve(Number(answer.toString('latin1').slice(9, 12)));
        });
      });
    });
  });
}
