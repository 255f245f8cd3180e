import { parseConfig } from '../../src/emit/haproxy/parse.ts';
import type { Checker, ConfiguredCheck } from '../../src/proof/configured.ts';

/** A backend with these lines, from line 2 on, and a server that is checked. */
export const backend = (...lines: string[]): string =>
  ['backend b', ...lines, 'server s 192.0.2.1:1080 check', ''].join('\n');

/** The one check of a configuration. */
export function only(text: string): ConfiguredCheck {
  const [check, ...more] = parseConfig(text);
  if (check === undefined || more.length > 0) throw new Error(`${more.length + (check ? 1 : 0)} checks`);
  return check;
}

/** Rules as `LINE: what`, without the connect that HAProxy puts in front. */
export function rulesIn(checker: Checker): string[] {
  switch (checker.kind) {
    case 'connect':
      return ['connect'];
    case 'other':
      return [checker.option];
    case 'tcp-check':
      return checker.rules.flatMap(({ line, rule }) => {
        if (rule.kind === 'connect') return rule.linger === undefined ? [] : [`${line}: connect`];
        if (rule.kind === 'send') return [`${line}: send ${Buffer.from(rule.bytes).toString('latin1')}`];
        const min = rule.minReceived === undefined ? '' : `min-recv ${rule.minReceived} `;
        return [`${line}: expect ${min}${rule.inverse ? '! ' : ''}${rule.match} ${rule.pattern}`];
      });
    case 'http-check': {
      if (checker.http === undefined) return ['nothing sent'];
      const { send, expect: expects } = checker.http;
      const headers = send.headers.map(([name, value]) => ` ${name}=${value}`).join('');
      const body = send.body === undefined ? '' : ` body ${send.body}`;
      return [
        `${checker.line}: ${send.method} ${send.uri} ${send.version}${headers}${body}`,
        ...expects.map(
          (rule, at) =>
            `${checker.expects[at]}: expect ${rule.inverse ? '! ' : ''}${rule.match} ${rule.match === 'status' ? JSON.stringify(rule.ranges) : rule.pattern}`,
        ),
      ];
    }
  }
}
