import { describe, expect, test } from 'vitest';
import { proveCheck } from '../../src/proof/prove.ts';
import { tcpScriptOf } from '../support/derive.ts';
import { GREETINGS, mysqlHandshake, WAYS } from '../support/greetings.ts';
import { checkOf, losing } from '../support/proof.ts';

const ALL = { ...GREETINGS, mysql: mysqlHandshake(), 'mysql before 5.5': beforePlugins(mysqlHandshake('5.1.73')) };

function beforePlugins(handshake: Buffer): Buffer {
  const old = Buffer.from(handshake.subarray(0, handshake.indexOf('mysql_native_password')));
  old[0] = old.length - 4;
  return old;
}

describe.each(Object.entries(ALL))('the check of a greeting is proved: %s', (_name, greeting) => {
  test.each(Object.entries(WAYS))('%s', (_way, talkOf) => {
    const check = checkOf(talkOf(greeting));
    const proof = proveCheck(tcpScriptOf(check), check.replies, 3000);
    expect({ up: losing(proof, 'down'), down: losing(proof, 'up'), perfect: proof.perfect }).toEqual({
      up: [],
      down: [],
      perfect: true,
    });
    expect(proof.rows.every(({ gated }) => gated)).toBe(true);
    expect(proof.twins.all).toBeGreaterThan(30);
    expect(proof.variants.all).toBeGreaterThan(8);
  });
});

test('each greeting has twins that refuse, that are cut, that are of other protocols, and that are none', () => {
  for (const [name, greeting] of Object.entries(ALL)) {
    const check = checkOf((WAYS['directly'] as (typeof WAYS)[string])(greeting));
    const names = proveCheck(tcpScriptOf(check), check.replies, 3000).rows.map((row) => row.name);
    const wanted = [/: refusal|error 1130/, /cut/, /a greeting of /, /HTTP text/, /silence/];
    expect(
      wanted.filter((each) => !names.some((row) => each.test(row))),
      name,
    ).toEqual(name === 'rfb' ? [wanted[0]] : []);
  }
});
