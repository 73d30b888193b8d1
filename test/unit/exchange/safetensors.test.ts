/** Reading and writing safetensors: values, byte layout, and every kind of damaged file. */
import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSafetensorsHeader } from '../../../src/exchange/safetensors-header';
import { readSafetensors, writeSafetensors } from '../../../src/exchange/safetensors';
import type { NamedTensor } from '../../../src/model/adapter-types';
import { InputError } from '../../../src/protocol/errors';
import { golden, goldenAdapters } from './golden-files';

/** A file of the given header text and data bytes, with no checks. */
function rawFile(header: string, data: Uint8Array = new Uint8Array(0), headerLength?: bigint): Blob {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, headerLength ?? BigInt(text.length), true);
  return new Blob([length, text, Uint8Array.from(data)]);
}

function headerOf(tensors: Record<string, [string, number[], [number, number]]>): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(tensors).map(([name, [dtype, shape, data_offsets]]) => [name, { dtype, shape, data_offsets }]),
    ),
  );
}

const two: Map<string, NamedTensor> = new Map([
  ['b', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-20, -0) }],
  ['a', { shape: [1], data: Float32Array.of(7) }],
]);

async function failure(blob: Blob): Promise<string> {
  const error: unknown = await readSafetensors(blob, 'model.safetensors').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error instanceof Error ? error.message : '';
}

describe('values', () => {
  it('reads back what it wrote, bit for bit', async () => {
    const tensors = await readSafetensors(new Blob([writeSafetensors(two)]), 'x');
    expect([...tensors.keys()]).toEqual(['a', 'b']);
    expect(tensors.get('b')).toEqual(two.get('b'));
    expect(Object.is(tensors.get('b')?.data[5], -0)).toBe(true);
  });

  it('writes halves, rounded to nearest even, and refuses what they cannot hold', async () => {
    const data = Float32Array.of(1, -2.5, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 65504, 2 ** -24, -0);
    const bytes = writeSafetensors(new Map([['h', { shape: [7], data }]]), { format: 'pt' }, 'F16');
    const { entries } = await readSafetensorsHeader(new Blob([bytes]), 'x');
    expect(entries.get('h')).toMatchObject({ dtype: 'F16', shape: [7] });
    const read = (await readSafetensors(new Blob([bytes]), 'x')).get('h')?.data;
    expect([...(read ?? [])]).toEqual([1, -2.5, 1, 1 + 2 ** -9, 65504, 2 ** -24, -0]);
    const large = new Map([['h', { shape: [1], data: Float32Array.of(70000) }]]);
    expect(() => writeSafetensors(large, {}, 'F16')).toThrow(/"h" has 1 values beyond the range of fp16/);
  });

  it('widens F16: normals, subnormals, both zeros, largest, infinity', async () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x03ff, 0x0400, 0x8000, 0x7bff, 0x7c00, 0x3555);
    const file = rawFile(headerOf({ h: ['F16', [9], [0, 18]] }), new Uint8Array(halves.buffer));
    const data = (await readSafetensors(file, 'x')).get('h')?.data;
    const expected = [1, -2, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, -0, 65504, Infinity, 0x555 * 2 ** -12];
    expect([...(data ?? [])]).toEqual(expected);
  });

  it('widens every half as IEEE 754 defines it', async () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const file = rawFile(headerOf({ h: ['F16', [65536], [0, 131072]] }), new Uint8Array(halves.buffer));
    const data = (await readSafetensors(file, 'x')).get('h')?.data ?? new Float32Array();
    const wrong = [...data].findIndex((value, half) => !Object.is(value, halfByDefinition(half)));
    expect(wrong).toBe(-1);
  });

  it('widens BF16', async () => {
    const values = Uint16Array.of(0x3f80, 0xc049, 0x0000, 0x7f80);
    const file = rawFile(headerOf({ h: ['BF16', [2, 2], [0, 8]] }), new Uint8Array(values.buffer));
    expect([...((await readSafetensors(file, 'x')).get('h')?.data ?? [])]).toEqual([1, -3.140625, 0, Infinity]);
  });

  it('reads scalars and empty tensors', async () => {
    const file = rawFile(headerOf({ s: ['F32', [], [0, 4]], e: ['F32', [0, 5], [4, 4]] }), new Uint8Array(4));
    const tensors = await readSafetensors(file, 'x');
    expect(tensors.get('s')?.data.length).toBe(1);
    expect(tensors.get('e')?.data.length).toBe(0);
  });
});

/** sign * 2^(e-25) * (1024 + m), or 2^-24 * m for e = 0. */
function halfByDefinition(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const mantissa = half & 1023;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

describe('bytes written', () => {
  it('sorts names and pads the header to 8 bytes with spaces', () => {
    const bytes = writeSafetensors(two);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    expect(length % 8).toBe(0);
    expect(text.trimEnd()).toBe(
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' +
        '"b":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]}}',
    );
    expect(bytes.length).toBe(8 + length + 28);
  });

  it('does not depend on the order of the map', () => {
    expect(writeSafetensors(new Map([...two].reverse()))).toEqual(writeSafetensors(two));
  });

  const files = [
    ...goldenAdapters.map((path) => `${path}/adapter_model.safetensors`),
    ...['llama-tiny', 'gpt2-tiny', 'qwen3-tiny'].map((name) => `${name}/model.safetensors`),
  ].filter((path) => existsSync(golden(path)));

  it.skipIf(files.length === 0)('gives the bytes of Python safetensors', async () => {
    for (const path of files) {
      const bytes = readFileSync(golden(path));
      const written = writeSafetensors(await readSafetensors(new Blob([bytes]), path));
      expect(Buffer.compare(Buffer.from(written), bytes), path).toBe(0);
    }
  });
});

describe('damaged files', () => {
  const whole = writeSafetensors(two);

  it('names expected and real length of a truncated file', async () => {
    const message = await failure(new Blob([whole.subarray(0, whole.length - 3)]));
    expect(message).toContain('model.safetensors');
    expect(message).toContain('tensor "b"');
    expect(message).toContain(`expected a file of ${whole.length} bytes, but it has ${whole.length - 3}`);
  });

  it('refuses a file cut inside the header or the length', async () => {
    expect(await failure(new Blob([whole.subarray(0, 50)]))).toMatch(/truncated.*has 50 bytes/);
    expect(await failure(new Blob([whole.subarray(0, 5)]))).toMatch(/truncated.*has 5 bytes/);
    expect(await failure(new Blob([]))).toMatch(/truncated.*has 0 bytes/);
  });

  it('refuses trailing bytes', async () => {
    expect(await failure(new Blob([whole, 'xx']))).toContain(`expected ${whole.length} bytes`);
  });

  it('refuses a huge header length without reading it', async () => {
    expect(await failure(rawFile('{}', undefined, 0xffffffffffffffffn))).toContain('limit is 100000000');
    expect(await failure(rawFile('{}', undefined, 100_000_001n))).toContain('limit is 100000000');
  });

  it.each([
    ['{"a":', 'not valid JSON'],
    ['[]', 'must be a JSON object'],
    ['null', 'must be a JSON object'],
    ['{"a":3}', 'tensor "a" has a bad header entry'],
    ['{"__metadata__":{"format":1}}', '__metadata__'],
    ['{"__proto__":{"dtype":"F32"}}', 'tensor "__proto__"'],
    [headerOf({ a: ['F12', [1], [0, 4]] }), 'unknown dtype "F12"'],
    [headerOf({ a: ['F32', [-1], [0, 4]] }), 'shape.0'],
    [headerOf({ a: ['F32', [1.5], [0, 4]] }), 'shape.0'],
    [headerOf({ a: ['F32', [2], [0, 4]] }), 'F32 [2] needs 8 bytes, but its data_offsets 0 to 4 give 4'],
    [headerOf({ a: ['F32', [1e15, 1e15], [0, 4]] }), 'needs'],
    [headerOf({ a: ['F32', [1], [4, 8]] }), 'leaves a gap'],
    [headerOf({ a: ['F32', [1], [0, 4]], b: ['F32', [1], [0, 4]] }), 'tensor "b" overlaps'],
    [headerOf({ a: ['F32', [2], [0, 8]], b: ['F32', [1], [4, 8]] }), 'tensor "b" overlaps'],
    ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 'bad header entry'],
  ])('refuses the header %s', async (header, expected) => {
    expect(await failure(rawFile(header, new Uint8Array(8)))).toContain(expected);
  });

  it('refuses two tensors of one name, however it is written', async () => {
    const entry = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
    for (const second of ['a', '\\u0061']) {
      const header = `{"a":${entry},"${second}":${entry}}`;
      expect(await failure(rawFile(header, new Uint8Array(4)))).toContain('names 2 tensors, but only 1');
    }
  });

  it('accepts names with quotes, colons and braces', async () => {
    const odd = new Map([['a":{"b', { shape: [1], data: Float32Array.of(4) }]]);
    expect((await readSafetensors(new Blob([writeSafetensors(odd)]), 'x')).get('a":{"b')?.data[0]).toBe(4);
  });

  it('reads a header with integer tensors, but refuses to use them as weights', async () => {
    const file = rawFile(headerOf({ mask: ['BOOL', [4], [0, 4]] }), new Uint8Array(4));
    expect((await readSafetensorsHeader(file, 'x')).entries.get('mask')?.dtype).toBe('BOOL');
    expect(await failure(file)).toContain('tensor "mask" is BOOL; expected F32, F16, BF16');
  });

  it('never fails with anything but an InputError under random corruption', async () => {
    const change = fc.record({ at: fc.nat(whole.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), async (changes, length) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, value } of changes) bytes[at] = value;
        await expectTensorsOrInputError(new Blob([bytes.subarray(0, length)]));
        await expectTensorsOrInputError(new Blob([bytes]));
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('never fails with anything but an InputError on random JSON headers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async (header) => {
        await expectTensorsOrInputError(rawFile(header, new Uint8Array(16)));
        await expectTensorsOrInputError(rawFile(`{"a":${header}}`, new Uint8Array(16)));
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});

async function expectTensorsOrInputError(blob: Blob): Promise<void> {
  try {
    for (const { shape, data } of (await readSafetensors(blob, 'f')).values()) {
      expect(data.length).toBe(shape.reduce((product, n) => product * n, 1));
    }
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
  }
}
