import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { ORIGIN_ADDRESS } from './sandbox.ts';

/** How the origin takes a request. */
export type Manner = 'answers' | '500' | 'redirects' | 'portal' | 'closes' | 'silent';

const PORTAL = '<!DOCTYPE html><title>Welcome</title><p>Sign in to go on to /generate_204 (204 No Content).</p>\n';

/** The origin: 204 to `/generate_204`, as connectivity checks have it, unless told to behave otherwise. */
export class Origin {
  manner: Manner = 'answers';
  #server = createServer();

  async start(): Promise<void> {
    this.#server = createServer(({ url }, response) => this.#answer(url ?? '', response));
    this.#server.listen(80, ORIGIN_ADDRESS);
    await once(this.#server, 'listening');
  }

  /** Connections are refused from here on; those that are open end. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
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
