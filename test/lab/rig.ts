import { execFileSync } from 'node:child_process';
import { CHECKERS } from '../../src/proof/form.ts';
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
const [SHORT, LONG] = [2000, 10_000];
/** Milliseconds until HAProxy would check again: the first check is to tell. */
const ONCE = 60_000;
/** Milliseconds that curl may take where it should be answered. */
const CURL = 20_000;

/** What HAProxy said of one check in one world. */
export interface Finding {
  readonly world: string;
  readonly protocol: Protocol;
  /** How many sessions the check was derived from. */
  readonly sessions: number;
  readonly checker: Checker;
  /** What the world calls for, and the proxy's nature. */
  readonly expected: boolean;
  /** What curl found at the same time. */
  readonly curl: boolean;
  readonly up: boolean;
  /** The comment of the rule that failed; `tcp` for the connection. */
  readonly failed?: string;
  /** It took the time-out. */
  readonly late?: boolean;
  /** HAProxy waited although the server had said something to be judged by. */
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

type Checker = (typeof CHECKERS)[number];

/** A plain HTTP proxy can be checked in both ways; http-check has no conversation before its request. */
const checkersOf = (protocol: Protocol): readonly Checker[] => (protocol === 'http' ? CHECKERS : ['tcp-check']);

interface Derived {
  readonly protocol: Protocol;
  readonly sessions: number;
  readonly checker: Checker;
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
      for (const checker of checkersOf(protocol))
        derived.push({ protocol, sessions, checker, rules: await deriveRules(capture, checker) });
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

/** Tries all checks in a world; once more where a verdict is wrong, which a busy machine can make it. */
async function tryWorld(world: World, scene: Scene, derived: readonly Derived[]): Promise<Finding[]> {
  const few = world.hangs && scene.proxy.backlog !== undefined;
  const tried = (few ? oneEach(derived) : derived).filter(({ protocol }) => world.applies?.(scene, protocol) ?? true);
  if (tried.length === 0) return [];
  await world.stage(scene);
  try {
    const findings = await judge(world, scene, tried);
    return findings.some(isWrong) ? await judge(world, scene, tried) : findings;
  } finally {
    await world.mend(scene);
  }
}

/** The first check of each protocol. */
const oneEach = (derived: readonly Derived[]): Derived[] => [
  ...new Map(derived.toReversed().map((each) => [each.protocol, each])).values(),
];

/** Runs each check twice at the same time, directly and through a relay that witnesses what is said; and curl. */
async function judge(world: World, scene: Scene, tried: readonly Derived[]): Promise<Finding[]> {
  const timeout = world.silent ? SHORT : LONG;
  const relays = tried.map(() => new Relay(scene.port));
  const ports = await Promise.all(relays.map((relay) => relay.start()));
  const trialsOn = (portOf: (at: number) => number) =>
    tried.map(({ rules }, at): HaproxyTrial => ({ rules, address: '127.0.0.1', port: portOf(at) }));
  const trials = [...trialsOn(() => scene.port), ...trialsOn((at) => ports[at] as number)];
  const [verdicts, reached] = await Promise.all([
    runHaproxy(trials, { binary: 'haproxy', timeout, interval: ONCE }),
    reachedBy(tried, scene, world.silent ? SHORT : CURL),
  ]);
  const findings = tried.map(({ protocol, sessions, checker, rules }, at): Finding => {
    const verdict = verdicts[at] as HaproxyVerdict;
    const witnessed = verdicts[tried.length + at] as HaproxyVerdict;
    const expected = world.up !== isException(scene.proxy, world, protocol);
    const finding = {
      ...{ world: world.name, protocol, sessions, checker, expected },
      curl: reached.has(protocol),
      up: verdict.up && witnessed.up,
      words: [verdict, witnessed].map(wordsOf).join('; witnessed: '),
    };
    if (finding.up) return finding;
    const late = verdict.status.endsWith('TOUT');
    const waited = (relays[at] as Relay).waited;
    return { ...finding, failed: failedRule(rules, verdict), late, tooLate: late && waited > timeout / 4 };
  });
  await Promise.all(relays.map((relay) => relay.stop()));
  return findings;
}

/** A verdict is wrong if it is not what the world calls for, or came by a needless time-out. So is a world in which curl fares otherwise. */
export const isWrong = ({ expected, curl, up, tooLate }: Finding): boolean =>
  up !== expected || curl !== expected || tooLate === true;

const wordsOf = ({ status, duration, description }: HaproxyVerdict): string =>
  `${status} ${duration} ms ${description}`;

const isException = ({ exceptions = [] }: ProxyKind, { name }: World, protocol: Protocol): boolean =>
  exceptions.some((each) => each.world === name && each.protocols.includes(protocol));

/** The protocols in which curl reaches the origin. */
async function reachedBy(
  tried: readonly Derived[],
  { port, authenticates }: Scene,
  timeout: number,
): Promise<ReadonlySet<Protocol>> {
  const protocols = [...new Set(tried.map(({ protocol }) => protocol))];
  const problems = await Promise.all(protocols.map((protocol) => tryCurl(protocol, port, authenticates, timeout)));
  return new Set(protocols.filter((_, at) => problems[at] === undefined));
}

/** The rule that failed, by its comment. HAProxy does not always name it: then it is the connection, or the one expect of an http-check. */
function failedRule(rules: readonly string[], verdict: HaproxyVerdict): string {
  const steps = rules.filter((rule) => /^(tcp|http)-check /.test(rule));
  const unnamed = verdict.status.startsWith('L4') ? steps[0] : steps.at(-1);
  const step = failedStep(verdict);
  return /comment "((?:[^"\\]|\\.)*)"/.exec((step === undefined ? unnamed : steps[step - 1]) ?? '')?.[1] ?? 'tcp';
}

/** `tinyproxy-bin 1.11.1`: the version of what is packaged, without Debian's own. */
function versionOf(name: string): string {
  const version = execFileSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return `${name} ${version.replace(/^\d+:/, '').replace(/[-+~].*$/, '')}`;
}
