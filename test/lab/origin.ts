import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createDoor, type Socket } from 'node:net';
import { certificate } from './certificate.ts';
import { ORIGIN_ADDRESS } from './sandbox.ts';

/** How the origin takes a request. */
export type Manner = 'answers' | '500' | 'redirects' | 'portal' | 'closes' | 'silent';

const PORTAL = '<!DOCTYPE html><title>Welcome</title><p>Sign in to go on to /generate_204 (204 No Content).</p>\n';

/** The origin: 204 to `/generate_204`, as connectivity checks have it, unless told to behave otherwise. */
export class Origin {
  manner: Manner = 'answers';
  readonly #secrets = certificate();
  #http = createServer();
  #tls = createSecureServer();
  /** In front of TLS, which would answer even where the origin says nothing. */
  #door = createDoor();
  readonly #guests = new Set<Socket>();

  async start(): Promise<void> {
    this.#http = createServer(({ url }, response) => this.#answer(url ?? '', response));
    this.#tls = createSecureServer(this.#secrets, ({ url }, response) => this.#answer(url ?? '', response));
    this.#door = createDoor((socket) => this.#letIn(socket));
    this.#http.listen(80, ORIGIN_ADDRESS);
    this.#door.listen(443, ORIGIN_ADDRESS);
    await Promise.all([once(this.#http, 'listening'), once(this.#door, 'listening')]);
  }

  /** Connections are refused from here on; those that are open end. */
  async stop(): Promise<void> {
    const closed = [once(this.#http, 'close'), once(this.#door, 'close')];
    this.#http.close();
    this.#http.closeAllConnections();
    this.#door.close();
    for (const guest of this.#guests) guest.destroy();
    await Promise.all(closed);
  }

  #letIn(socket: Socket): void {
    this.#guests.add(socket);
    socket.on('close', () => this.#guests.delete(socket)).on('error', () => {});
    if (this.manner === 'silent') socket.resume();
    else if (this.manner === 'closes') socket.once('data', () => socket.destroy());
    else this.#tls.emit('connection', socket);
  }

  #answer(url: string, response: ServerResponse): void {
    switch (this.manner) {
      case 'answers':
        response.writeHead(url.endsWith('/generate_204') ? 204 : 404).end();
        return;
      case '500':
        response.writeHead(500, { 'Content-Type': 'text/plain' }).end('Internal Server Error: not a 204\n');
        return;
      case 'redirects':
        response.writeHead(302, { Location: 'http://portal.test/login?from=/generate_204' }).end();
        return;
      case 'portal':
        response.writeHead(200, { 'Content-Type': 'text/html' }).end(PORTAL);
        return;
      case 'closes':
        response.destroy();
        return;
      case 'silent':
        return;
    }
  }
}
