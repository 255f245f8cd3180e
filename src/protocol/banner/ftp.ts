/** RFC 959 §4.1.2 (PASV) and RFC 2428 §3 (EPSV): a port for one transfer. */
const PASSIVE = /^(?:227 [^\n]*?[0-9]+,[0-9]+,[0-9]+,[0-9]+,([0-9]+),([0-9]+)|229 [^\n]*\((.)\3\3([0-9]+)\3\))/gm;

/** The ports at which a server waits for the data connections of FTP, from what it says behind its greeting. */
export function dataPortsIn(server: Uint8Array, at: number): number[] {
  const text = Buffer.from(server.subarray(at)).toString('latin1');
  return [...text.matchAll(PASSIVE)].map(([, high, low, , port]) =>
    port === undefined ? Number(high) * 256 + Number(low) : Number(port),
  );
}
