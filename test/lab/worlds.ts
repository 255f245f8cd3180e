import { OTHER_PASSWORD } from './names.ts';
import type { Origin } from './origin.ts';
import { ASKS_BY_NAME, HIDES_ANSWER, type Protocol, type ProxyKind, type Running, type Setting } from './proxy.ts';
import { Relay } from './relay.ts';
import type { Resolver } from './resolver.ts';
import { connectAgain, cutOff, giveOriginAddress, takeOriginAddress } from './sandbox.ts';
import type { Server } from './servers.ts';

/** All that a world can change. */
export interface Scene {
  readonly origin: Origin;
  readonly resolver: Resolver;
  readonly proxy: ProxyKind;
  /** Whether the proxy asks for a password. */
  readonly authenticates: boolean;
  running: Running;
  /** Where checks go: the proxy's port, or that of a relay in front of it. */
  port: number;
  /** Starts another proxy for this one to go through, unless it is the near end of a tunnel; then it is the far end. */
  upstream(): Promise<Server>;
  /** Starts the proxy anew, set up in another way; without an argument as it was recorded. */
  restart(change?: Partial<Setting>): Promise<void>;
}

/** A state of affairs, and what a check has to say of it. */
export interface World {
  readonly name: string;
  readonly up: boolean;
  /** Somebody says nothing, so that only a time-out can tell: it need not be a long one. */
  readonly silent?: boolean;
  /** The proxy accepts no connection, so that they wait. */
  readonly hangs?: boolean;
  /** Brings it about. */
  stage(scene: Scene): Promise<void> | void;
  /** Makes all fine again. */
  mend(scene: Scene): Promise<void> | void;
  /** Whether it can be brought about; always, unless said. */
  applies?(scene: Scene, protocol: Protocol): boolean;
}

const originThat = (name: string, manner: Origin['manner'], { silent = false, hidden = false } = {}): World => ({
  name,
  up: false,
  silent,
  stage: ({ origin }) => {
    origin.manner = manner;
  },
  mend: ({ origin }) => {
    origin.manner = 'answers';
  },
  applies: (_, protocol) => !hidden || !HIDES_ANSWER.has(protocol),
});

const setUp = (name: string, change: Partial<Setting>, applies: World['applies'] & {}): World => ({
  name,
  up: false,
  stage: (scene) => scene.restart(change),
  mend: (scene) => scene.restart(),
  applies,
});

const upstreamThat = (name: string, change: (upstream: Server) => Promise<void> | void, silent = false): World => ({
  name: `the proxy behind it ${name}`,
  up: false,
  silent,
  stage: async (scene) => change(await scene.upstream()),
  mend: (scene) => scene.restart(),
  applies: ({ proxy, running }) => proxy.chains !== undefined || running.far !== undefined,
});

let relay: Relay;

/** In this order: what a proxy remembers of one world it takes into the next, unless it is started anew. */
export const WORLDS: readonly World[] = [
  { name: 'all is fine', up: true, stage() {}, mend() {} },
  {
    name: 'replies in pieces of 4 bytes',
    up: true,
    async stage(scene) {
      relay = new Relay(scene.port, { piece: 4 });
      scene.port = await relay.start();
    },
    async mend(scene) {
      scene.port = relay.target;
      await relay.stop();
    },
  },
  originThat('origin answers 500', '500', { hidden: true }),
  originThat('origin redirects to a portal (302)', 'redirects', { hidden: true }),
  originThat('a portal answers for the origin (200)', 'portal', { hidden: true }),
  originThat('origin closes without an answer', 'closes'),
  originThat('origin accepts and is silent', 'silent', { silent: true }),
  {
    name: 'origin refuses connections',
    up: false,
    stage: ({ origin }) => origin.stop(),
    mend: ({ origin }) => origin.start(),
  },
  {
    name: 'origin cannot be reached (ICMP)',
    up: false,
    stage: () => cutOff(),
    mend: () => connectAgain(),
  },
  {
    name: 'packets to the origin are lost',
    up: false,
    silent: true,
    stage: () => takeOriginAddress(),
    mend: () => giveOriginAddress(),
  },
  { name: 'all is fine again', up: true, stage() {}, mend() {} },
  {
    name: "origin's name is unknown",
    up: false,
    stage: async (scene) => {
      scene.resolver.knows = false;
      await scene.restart(); // nobody remembers it
    },
    mend: async (scene) => {
      scene.resolver.knows = true;
      await scene.restart();
    },
    applies: (_, protocol) => ASKS_BY_NAME.has(protocol),
  },
  setUp('password was changed', { password: OTHER_PASSWORD }, ({ authenticates }) => authenticates),
  setUp('a rule denies the origin', { denied: true }, ({ proxy }) => proxy.denies),
  {
    name: 'proxy goes through another one',
    up: true,
    stage: async (scene) => {
      await scene.upstream();
    },
    mend: (scene) => scene.restart(),
    applies: ({ proxy }) => proxy.chains !== undefined,
  },
  upstreamThat('hangs (SIGSTOP)', (upstream) => upstream.pause(), true),
  upstreamThat('is stopped', (upstream) => upstream.stop()),
  {
    name: 'proxy hangs (SIGSTOP)',
    up: false,
    silent: true,
    hangs: true,
    stage: ({ running }) => running.front.pause(),
    mend: (scene) => scene.restart(),
  },
  {
    name: 'proxy is stopped',
    up: false,
    stage: ({ running }) => running.front.stop(),
    mend: (scene) => scene.restart(),
  },
];
