import { describe, expect, test } from 'vitest';
import { ByteReader, DecodeError } from '../../src/bytes/reader.ts';
import { hex } from '../support/wire.ts';

/** The error that `decode` stops with. */
function faultOf(decode: () => unknown): DecodeError {
  try {
    decode();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('integers are in network byte order', () => {
  const reader = new ByteReader(hex('05 0102 ffff'));
  expect([reader.u8('VER'), reader.u16('PORT'), reader.u16('LAST')]).toEqual([0x05, 0x0102, 0xffff]);
});

test('each field keeps its name, place, length and role, in the order read', () => {
  const reader = new ByteReader(hex('05 00 7f000001 06b5'));
  reader.u8('VER');
  reader.u8('REP', 'outcome');
  reader.bytes(4, 'BND.ADDR', 'volatile');
  reader.u16('BND.PORT', 'secret');
  expect(reader.takeFields()).toEqual([
    { name: 'VER', start: 0, length: 1, role: 'fixed' },
    { name: 'REP', start: 1, length: 1, role: 'outcome' },
    { name: 'BND.ADDR', start: 2, length: 4, role: 'volatile' },
    { name: 'BND.PORT', start: 6, length: 2, role: 'secret' },
  ]);
});

test('fields are counted from the beginning of the byte stream, wherever the reader starts', () => {
  const reader = new ByteReader(hex('0000 05 00'), 2);
  reader.u8('VER');
  expect(reader.takeFields()).toEqual([{ name: 'VER', start: 2, length: 1, role: 'fixed' }]);
  expect(reader.offset).toBe(3);
});

test('each message takes the fields read since the one before', () => {
  const reader = new ByteReader(hex('01 02'));
  reader.u8('FIRST');
  const first = reader.takeFields();
  reader.u8('SECOND');
  expect(first.map(({ name }) => name)).toEqual(['FIRST']);
  expect(reader.takeFields().map(({ name }) => name)).toEqual(['SECOND']);
  expect(reader.takeFields()).toEqual([]);
});

test('a field without bytes is read but leaves no trace', () => {
  const reader = new ByteReader(hex('01'), 1);
  expect(reader.bytes(0, 'DOMAIN')).toHaveLength(0);
  expect(reader.takeFields()).toEqual([]);
});

test('looking ahead moves nothing and ends at the end', () => {
  const reader = new ByteReader(hex('05 01 00'), 1);
  expect([reader.peek(), reader.peek(1), reader.peek(2)]).toEqual([0x01, 0x00, undefined]);
  expect([reader.offset, reader.remaining]).toEqual([1, 2]);
  expect(reader.takeFields()).toEqual([]);
});

describe('a read past the end', () => {
  test.each([
    ['u8 of nothing', '', (reader: ByteReader) => reader.u8('VER'), 'VER at offset 0: expected 1 bytes, found 0'],
    [
      'u16 of one byte',
      '06',
      (reader: ByteReader) => reader.u16('PORT'),
      'PORT at offset 0: expected 2 bytes, found 1',
    ],
    [
      'bytes of a longer field',
      '7f0000',
      (reader: ByteReader) => reader.bytes(4, 'ADDR'),
      'ADDR at offset 0: expected 4 bytes, found 3',
    ],
  ])('%s is short, says where, and takes no byte and no field', (_, bytes, read, message) => {
    const reader = new ByteReader(hex(bytes));
    const fault = faultOf(() => read(reader));
    expect(fault.message).toBe(message);
    expect(fault.short).toBe(true);
    expect(reader.offset).toBe(0);
    expect(reader.takeFields()).toEqual([]);
  });

  test('names the offset in the byte stream, not in the message', () => {
    const reader = new ByteReader(hex('0500 05'), 2);
    reader.u8('VER');
    expect(faultOf(() => reader.u8('REP'))).toMatchObject({ field: 'REP', offset: 3, short: true });
  });
});

test('bytes that are wrong are not short', () => {
  const fault = new DecodeError('ATYP', 3, '1, 3 or 4', '2');
  expect(fault).toMatchObject({ name: 'DecodeError', field: 'ATYP', offset: 3, short: false });
  expect(fault.message).toBe('ATYP at offset 3: expected 1, 3 or 4, found 2');
});
