import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PacketDecoder } from '../../src/packet/decode.ts';
import { fragmentsOf, LONG, withDestinationOptions } from '../support/fragments.ts';
import { frame, readable } from '../support/packet.ts';
import { describeWith, run } from '../support/tools.ts';
import { ethernet, inside, ipv4, TUNNELS, udp, vxlan } from '../support/tunnels.ts';
import { ipPacket, LINKS, type Link, pcapFile } from '../support/wire.ts';

const FIELDS = ['tcp.srcport', 'tcp.dstport', 'tcp.seq_raw', 'tcp.payload'];

describeWith(['tshark'], 'as tshark reads it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The segments in the frames, as tshark tells them and as they are decoded: `number ports sequence payload`. */
  function expectAsTshark(frames: readonly Buffer[], linkType: number): string[] {
    const file = join(folder, 'capture.pcap');
    writeFileSync(
      file,
      pcapFile(
        frames.map((data, at) => ({ data, time: at })),
        { linkType },
      ),
    );
    const columns = ['frame.number', ...FIELDS].flatMap((field) => ['-e', field]);
    // It has to be told of the port that Linux uses for VXLAN.
    const theirs = run('tshark', '-r', file, '-d', 'udp.port==8472,vxlan', '-Y', 'tcp', '-T', 'fields', ...columns);
    const decoder = new PacketDecoder();
    const ours = frames.flatMap((data, at) => {
      const segment = readable(decoder.decode(frame(data, { linkType, number: at + 1 })));
      if (typeof segment === 'string') return [];
      const { from, to, seq, payload } = segment;
      const ports = [from, to].map((end) => end.slice(end.lastIndexOf(':') + 1));
      return [[at + 1, ...ports, seq, Buffer.from(payload, 'latin1').toString('hex')].join('\t')];
    });
    expect(ours).toEqual(theirs.trimEnd().split('\n'));
    return ours;
  }

  const both = [ipPacket(LONG.V4), ipPacket(LONG.V6)];
  const links = Object.values<Link>({ ...LINKS, ...TUNNELS });

  test.each([...new Set(links.map(({ linkType }) => linkType))])(
    'link type %i: all that is read around a packet',
    (linkType) => {
      const frames = links.filter((link) => link.linkType === linkType).flatMap(({ wrap }) => both.map(wrap));
      expect(expectAsTshark(frames, linkType)).toHaveLength(frames.length);
    },
  );

  test('fragments', () => {
    const tunnel = inside([ipv4(17), udp(4789), vxlan(), ethernet()], both[0] as Buffer);
    const packets = [...both, withDestinationOptions(both[1] as Buffer), tunnel];
    const fragmented = packets.map((packet, at) => fragmentsOf(packet, [8, 32, 56], at + 1));
    const orders = [
      fragmented.flat(),
      fragmented.flatMap((pieces) => [...pieces].reverse()),
      [0, 1, 2, 3].flatMap((at) => fragmented.map((pieces) => pieces[at] as Buffer)),
    ];
    for (const order of orders) expect(expectAsTshark(order, 101)).toHaveLength(packets.length);
  });
});
