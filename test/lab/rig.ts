import { execFileSync } from 'node:child_process';
import { type HaproxyTrial, type HaproxyVerdict, runHaproxy } from '../../src/replay/haproxy.ts';
import { failedStep } from '../../src/replay/prove.ts';
import { PASSWORD } from './names.ts';
import { Origin } from './origin.ts';
import { startUpstream } from './proxies.ts';
import { CARRIES_PASSWORD, type Protocol, type ProxyKind, type Setting } from './proxy.ts';
import { deriveRules, record, tryCurl } from './record.ts';
import { Relay } from './relay.ts';
import { Resolver } from './resolver.ts';
import { nextPort, type Server } from './servers.ts';
import { type Scene, WORLDS, type World } from './worlds.ts';

/** Milliseconds that a check may take: where only a time-out can tell, and where one would be wrong. */
const [SHORT, LONG] = [1000, 5000];

/** What HAProxy said of one check in one world. */
export interface Finding {
  readonly world: string;
  readonly protocol: Protocol;
  /** How many sessions the check was derived from. */
  readonly sessions: number;
  /** What the world calls for, and the proxy's nature. */
  readonly expected: boolean;
  /** What curl found at the same time. */
  readonly curl: boolean;
  readonly up: boolean;
  /** The comment of the rule that failed; `tcp` for the connection. */
  readonly failed?: string;
  /** It took the time-out. */
  readonly late?: boolean;
  /** It took the time-out although the server had said something to be judged by. */
  readonly tooLate?: boolean;
  /** HAProxy's own words. */
  readonly words: string;
}

/** All that was found out about one proxy in one setting. */
export interface Report {
  readonly versions: readonly string[];
  readonly protocols: readonly Protocol[];
  readonly worlds: readonly string[];
  readonly findings: readonly Finding[];
}

interface Derived {
  readonly protocol: Protocol;
  readonly sessions: number;
  readonly rules: readonly string[];
}

/** Records a proxy, derives its checks, and runs them in every world. In the namespaces that were furnished. */
export async function tryProxy(proxy: ProxyKind, authenticates: boolean): Promise<Report> {
  const [origin, resolver] = [new Origin(), new Resolver()];
  await Promise.all([origin.start(), resolver.start()]);
  const start = async (change: Partial<Setting> = {}) => {
    const port = nextPort();
    const password = authenticates ? PASSWORD : undefined;
    const running = await proxy.start({ port, password, denied: false, upstream: undefined, ...change });
    return { running, port };
  };
  let upstream: Server | undefined;
  const scene: Scene = {
    origin,
    resolver,
    proxy,
    authenticates,
    ...(await start()),
    async restart(change) {
      await Promise.all([scene.running.front, scene.running.far, upstream].map((server) => server?.stop()));
      upstream = undefined;
      Object.assign(scene, await start(change));
    },
    async upstream() {
      if (proxy.chains === undefined) return scene.running.far as Server;
      const port = nextPort();
      const server = await startUpstream(proxy.chains, port);
      await scene.restart({ upstream: port });
      upstream = server;
      return server;
    },
  };

  const protocols = proxy.speaks.filter((each) => !authenticates || CARRIES_PASSWORD.has(each));
  const derived: Derived[] = [];
  for (const protocol of protocols) {
    for (const sessions of [1, 3]) {
      const capture = await record(protocol, scene.port, authenticates, sessions);
      derived.push({ protocol, sessions, rules: await deriveRules(capture) });
    }
  }
  const findings: Finding[] = [];
  for (const world of WORLDS) findings.push(...(await tryWorld(world, scene, derived)));
  return {
    versions: [...proxy.packages, 'haproxy'].map(versionOf),
    protocols,
    worlds: WORLDS.map(({ name }) => name).filter((name) => findings.some(({ world }) => world === name)),
    findings,
  };
}

async function tryWorld(world: World, scene: Scene, derived: readonly Derived[]): Promise<Finding[]> {
  const tried = derived.filter(({ protocol }) => world.applies?.(scene, protocol) ?? true);
  if (tried.length === 0) return [];
  await world.stage(scene);
  try {
    const { port } = scene;
    const options = { binary: 'haproxy', timeout: world.silent ? SHORT : LONG };
    const trials = tried.map(({ rules }): HaproxyTrial => ({ rules, address: '127.0.0.1', port }));
    const [verdicts, reached] = await Promise.all([
      runHaproxy(trials, options),
      reachedBy(tried, port, scene.authenticates, options.timeout),
    ]);
    return await Promise.all(
      tried.map(async ({ protocol, sessions, rules }, at): Promise<Finding> => {
        const verdict = verdicts[at] as HaproxyVerdict;
        const finding = {
          world: world.name,
          protocol,
          sessions,
          expected: world.up || unharmed(scene.proxy, world, protocol),
          curl: reached.has(protocol),
          up: verdict.up,
          words: `${verdict.status} ${verdict.duration} ms ${verdict.description}`,
        };
        if (verdict.up) return finding;
        const failed = commentOf(rules, failedStep(verdict));
        const late = verdict.status.endsWith('TOUT');
        const tooLate = late && (await hadAnswer(rules, port, options.timeout));
        return { ...finding, failed, late, tooLate };
      }),
    );
  } finally {
    await world.mend(scene);
  }
}

const unharmed = ({ unharmed = [] }: ProxyKind, { name }: World, protocol: Protocol): boolean =>
  unharmed.some((each) => each.world === name && each.protocol === protocol);

/** The protocols in which curl reaches the origin. */
async function reachedBy(
  tried: readonly Derived[],
  port: number,
  password: boolean,
  timeout: number,
): Promise<ReadonlySet<Protocol>> {
  const protocols = [...new Set(tried.map(({ protocol }) => protocol))];
  const problems = await Promise.all(protocols.map((protocol) => tryCurl(protocol, port, password, timeout)));
  return new Set(protocols.filter((_, at) => problems[at] === undefined));
}

/** The comment of a step, which HAProxy counts from 1 among the `tcp-check` or `http-check` rules. */
function commentOf(rules: readonly string[], step: number | undefined): string {
  const steps = rules.filter((rule) => /^(tcp|http)-check /.test(rule));
  const rule = step === undefined ? undefined : steps[step - 1];
  return /comment "((?:[^"\\]|\\.)*)"/.exec(rule ?? '')?.[1] ?? 'tcp';
}

/** Runs a check that timed out once more, to see whether the server had said anything since the last request. */
async function hadAnswer(rules: readonly string[], port: number, timeout: number): Promise<boolean> {
  const relay = new Relay(port);
  const relayed = await relay.start();
  await runHaproxy([{ rules, address: '127.0.0.1', port: relayed }], { binary: 'haproxy', timeout });
  await relay.stop();
  return relay.serverSpokeLast;
}

/** `tinyproxy-bin 1.11.1`: the version of what is packaged, without Debian's own. */
function versionOf(name: string): string {
  const version = execFileSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return `${name} ${version.replace(/^\d+:/, '').replace(/[-+~].*$/, '')}`;
}
