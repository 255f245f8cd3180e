import { createServer, type Server, type Socket } from 'node:net';
import type { Behavior, Reaction } from '../proof/behavior.ts';

/** A listening server that behaves as described. */
export interface MockServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves a behavior on loopback, to any number of connections. A reaction is due when the next of the requests, whose lengths are given,
 * has arrived in full: a server is told its client's messages by their length, not by how TCP cuts them.
 */
export async function serveBehavior(behavior: Behavior, requestLengths: readonly number[]): Promise<MockServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy()); // the client may reset at any time
    socket.on('end', () => socket.end());
    converse(socket, behavior, requestLengths);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function converse(socket: Socket, { reactions }: Behavior, requestLengths: readonly number[]): void {
  let received = 0;
  let due = 0; // bytes of the client that the next reaction waits for
  let next = 0;
  let busy = Promise.resolve();
  const advance = () => {
    while (next <= requestLengths.length && received >= due) {
      const reaction = reactions[next];
      due += requestLengths[next] ?? Number.POSITIVE_INFINITY;
      next++;
      if (reaction !== undefined) busy = busy.then(() => react(socket, reaction));
    }
  };
  socket.on('data', (bytes) => {
    received += bytes.length;
    advance();
  });
  advance();
}

/** Does what is described on a connection, while it lasts; `onSaid` is told how many bytes were written. */
export async function react(
  socket: Socket,
  { pieces, ending }: Reaction,
  onSaid: (length: number) => void = () => {},
): Promise<void> {
  for (const { delay, bytes } of pieces) {
    if (delay > 0) await untilClosed(socket, delay);
    if (socket.destroyed || !socket.writable) return;
    await new Promise((resolve) => socket.write(bytes, resolve));
    onSaid(bytes.length);
  }
  if (ending === 'FIN') socket.end();
  if (ending === 'RST') socket.resetAndDestroy();
}

/** Waits so many milliseconds, or until the connection is closed. */
function untilClosed(socket: Socket, delay: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      socket.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, delay);
    socket.once('close', done);
  });
}
