import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { ORIGIN } from './names.ts';
import { FOLDER } from './sandbox.ts';

/** Where the certificate of all that speaks TLS in the lab is. */
export const CERTIFICATE = { cert: `${FOLDER}/tls.crt`, key: `${FOLDER}/tls.key` };

/** A key, and a certificate that it signed itself, made for this run. */
export function certificate(): { cert: Buffer; key: Buffer } {
  const { cert, key } = CERTIFICATE;
  if (!existsSync(cert)) {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const args = [
      'req',
      '-x509',
      ...curve,
      '-nodes',
      '-days',
      '30',
      '-subj',
      `/CN=${ORIGIN}`,
      '-out',
      cert,
      '-keyout',
      key,
    ];
    execFileSync('openssl', args, { stdio: 'ignore' });
  }
  return { cert: readFileSync(cert), key: readFileSync(key) };
}
