/** Weights as a stream: the same numbers as at once, and never more of a file in memory than a piece. */
import { describe, expect, it } from 'vitest';
import { readModelFolder } from '../../../src/exchange/model-folder';
import { halfValue } from '../../../src/model/fused/half';
import { createWeightWriter } from '../../../src/model/fused/weight-writer';
import { weightSpecs } from '../../../src/model/weight-specs';
import { folderFiles, golden, goldenCases } from './golden-files';

/** A file that notes how much of it is read at once. */
class WatchedFile extends Blob {
  constructor(
    private readonly content: Blob,
    private readonly reads: { bytes: number; open: number; most: number },
  ) {
    super();
  }

  override get size() {
    return this.content.size;
  }

  override slice(start = 0, end = this.size): Blob {
    const part = this.content.slice(start, end);
    const { reads } = this;
    const arrayBuffer = part.arrayBuffer.bind(part);
    part.arrayBuffer = async () => {
      reads.bytes += part.size;
      reads.open += part.size;
      reads.most = Math.max(reads.most, reads.open);
      const bytes = await arrayBuffer();
      reads.open -= part.size;
      return bytes;
    };
    return part;
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.slice().arrayBuffer();
  }
}

describe.skipIf(goldenCases.length === 0)('streamed weights', () => {
  const cases = ['llama-tiny', 'llama-tiny-sharded', 'llama-tied', 'gpt2-f16'].filter((one) =>
    goldenCases.includes(one),
  );

  it.each(cases)('%s: the pieces are the tensors, within the bound', async (name) => {
    const reads = { bytes: 0, open: 0, most: 0 };
    const files = folderFiles(golden(name)).map(({ path, file }) => ({
      path,
      file: path.endsWith('.safetensors') ? new WatchedFile(file, reads) : file,
    }));
    const model = await readModelFolder(files);
    const wanted = await model.loadWeights();
    Object.assign(reads, { bytes: 0, open: 0, most: 0 });
    const pieceBytes = 1024;
    const rowBytes = Math.max(...weightSpecs(model.config).map(({ shape }) => 4 * (shape[1] ?? 1)));
    const found = new Map<string, number[]>();
    for await (const { name: tensor, row, values } of model.streamWeights(pieceBytes)) {
      const own = found.get(tensor) ?? [];
      expect(row * (wanted.get(tensor)?.shape[1] ?? 1)).toBe(own.length);
      found.set(tensor, [...own, ...(values instanceof Uint16Array ? [...values].map(halfValue) : values)]);
    }
    expect([...found.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
    for (const [tensor, { data }] of wanted) expect(Float32Array.from(found.get(tensor)!)).toEqual(data);
    expect(reads.most).toBeLessThanOrEqual(Math.max(pieceBytes, rowBytes));
    expect(reads.bytes).toBeGreaterThan(10 * pieceBytes);
  });
});

describe('the writer of base weights', () => {
  const place = { buffer: {} as GPUBuffer, row: 0, rows: 4, columns: 3, stride: 8, halves: true };

  function recorder() {
    const bytes = new Uint8Array(64);
    return {
      bytes,
      write: (_: GPUBuffer, data: ArrayBufferView, at = 0) =>
        bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at),
    };
  }

  it('pads rows, converts fp32, takes halves as they are, and counts what became zero or subnormal', () => {
    const target = recorder();
    const writer = createWeightWriter(target, new Map([['w', place]]));
    writer.write({ name: 'w', row: 0, values: Float32Array.of(1, 1e-9, 1e-6, -2, 0, 65_504) });
    expect(writer.conversion).toEqual({ flushed: 1, subnormal: 1 });
    expect(() => writer.requireAll()).toThrow(/no weight w/);
    writer.write({ name: 'w', row: 2, values: Uint16Array.of(0x3c00, 1, 2, 3, 4, 5) });
    writer.requireAll();
    const halves = [...new Uint16Array(target.bytes.buffer)];
    expect(halves.slice(0, 3).map(halfValue)).toEqual([1, 0, 17 * 2 ** -24]);
    expect(halves.slice(8, 11).map(halfValue)).toEqual([-2, 0, 65_504]);
    expect(halves.slice(16, 19)).toEqual([0x3c00, 1, 2]);
    expect(halves.slice(24, 27)).toEqual([3, 4, 5]);
    expect(halves.filter((_, i) => i % 8 > 2).every((half) => half === 0)).toBe(true);
    expect(writer.conversion).toEqual({ flushed: 1, subnormal: 1 });
  });

  it('refuses values beyond fp16 with their number over all pieces', () => {
    const writer = createWeightWriter(recorder(), new Map([['w', place]]));
    writer.write({ name: 'w', row: 0, values: Float32Array.of(70_000, 1, 1) });
    expect(() => writer.write({ name: 'w', row: 1, values: new Float32Array(9).fill(-1e30) })).toThrow(
      /The weight w has 10 values beyond the range of fp16/,
    );
  });

  it('takes no piece out of order', () => {
    const writer = createWeightWriter(recorder(), new Map([['w', place]]));
    expect(() => writer.write({ name: 'w', row: 1, values: new Float32Array(3) })).toThrow(/internal/);
  });
});
