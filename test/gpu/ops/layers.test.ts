/** Linear maps, LoRA, norms, activations, embeddings: values and gradients against float64. Sizes are odd on purpose. */
import { expect, it } from 'vitest';
import { embedding, selectRows } from '../../../src/ops/embedding';
import { linear, loraTerm } from '../../../src/ops/linear';
import { logitsOf, transposedHead } from '../../../src/ops/logits';
import { geluNew, relu, swiglu } from '../../../src/ops/mlp';
import { layerNorm, rmsNorm } from '../../../src/ops/norms';
import { asVector, dispose, fromHost, intsFromHost, part, toHost, valueAndGradients } from '../../../src/ops/tensor';
import { randomTensor, relativeError, useEngine } from '../../support/engine';
import { describeWith } from '../../support/needs';
import { checkOp } from './op-checks';
import * as reference from './reference';

const { flat, rowsOf } = reference;

describeWith(['lavapipe'], 'ops of a layer', () => {
  const engine = useEngine();

  it('linear: x W + bias and all three gradients', async () => {
    const [x, weight, bias] = [
      randomTensor([3, 5, 37], 1, 'x'),
      randomTensor([37, 29], 0.2, 'w'),
      randomTensor([29], 1, 'b'),
    ];
    await checkOp({
      inputs: [x, weight, bias],
      op: ([a, w, b]) => linear(a!, w!, b!),
      reference: ([a, w, b]) => flat(reference.linear(rowsOf(a!, 37), rowsOf(w!, 29), b)),
      differentiable: [0, 1, 2],
    });
    await checkOp({
      inputs: [x, weight],
      op: ([a, w]) => linear(a!, w!),
      reference: ([a, w]) => flat(reference.linear(rowsOf(a!, 37), rowsOf(w!, 29))),
    });
  });

  it.each([
    ['MatMulReduceProgram', 3, 195, 7],
    ['MatMulSmallOutputSizeProgram', 1, 131, 257],
    ['MatMulPackedProgram', 133, 191, 259],
  ])('linear by %s: %i rows, %i in, %i out', async (program, rows, inFeatures, outFeatures) => {
    await checkOp({
      inputs: [randomTensor([rows, inFeatures], 1, 'x'), randomTensor([inFeatures, outFeatures], 0.1, 'w')],
      op: ([x, w]) => linear(x!, w!),
      reference: ([x, w]) => flat(reference.linear(rowsOf(x!, inFeatures), rowsOf(w!, outFeatures))),
    });
    expect(engine().programs()).toContain(program);
  });

  it('loraTerm: scaled B A x and the gradients of x, A and B; dropout multiplies its input', async () => {
    const inputs = [
      randomTensor([2, 5, 19], 1, 'x'),
      randomTensor([3, 19], 0.3, 'a'),
      randomTensor([23, 3], 0.3, 'b'),
      randomTensor([2, 5, 19], 1, 'mask'),
    ];
    const scale = 1.7;
    const lora = (x: Float64Array, a: Float64Array, b: Float64Array) =>
      flat(reference.loraTerm(rowsOf(x, 19), rowsOf(a, 19), rowsOf(b, 3), scale));
    await checkOp({
      inputs: inputs.slice(0, 3),
      op: ([x, a, b]) => loraTerm(x!, { a: a!, b: b!, scale }),
      reference: ([x, a, b]) => lora(x!, a!, b!),
      differentiable: [0, 1, 2],
    });
    await checkOp({
      inputs,
      op: ([x, a, b, mask]) => loraTerm(x!, { a: a!, b: b!, scale }, mask!),
      reference: ([x, a, b, mask]) =>
        lora(
          x!.map((value, i) => value * mask![i]!),
          a!,
          b!,
        ),
      differentiable: [0, 1, 2],
    });
  });

  it('rmsNorm and its gradients, in rows whose sizes differ by orders of magnitude', async () => {
    const x = randomTensor([7, 37], 1, 'x');
    x.data.forEach((value, i) => (x.data[i] = value * 10 ** (Math.floor(i / 37) % 3)));
    await checkOp({
      inputs: [x, randomTensor([37], 1, 'w')],
      op: ([a, w]) => rmsNorm(a!, w!, 1e-5),
      reference: ([a, w]) => flat(reference.rmsNorm(rowsOf(a!, 37), w!, 1e-5)),
      differentiable: [0, 1],
    });
  });

  it('rmsNorm over the last axis of [batch, heads, length, d], as q and k norms use it', async () => {
    await checkOp({
      inputs: [randomTensor([2, 3, 5, 7], 1, 'x'), randomTensor([7], 1, 'w')],
      op: ([x, w]) => rmsNorm(x!, w!, 1e-6),
      reference: ([x, w]) => flat(reference.rmsNorm(rowsOf(x!, 7), w!, 1e-6)),
      differentiable: [0, 1],
    });
  });

  it('epsilon counts: a row of zeros gives zeros, and a tiny row is not blown up', async () => {
    const tiny = { shape: [2, 5], data: new Float32Array([0, 0, 0, 0, 0, 1e-4, -1e-4, 2e-4, 0, 1e-4]) };
    await checkOp({
      inputs: [tiny, randomTensor([5], 1, 'w')],
      op: ([x, w]) => rmsNorm(x!, w!, 1e-5),
      reference: ([x, w]) => flat(reference.rmsNorm(rowsOf(x!, 5), w!, 1e-5)),
    });
  });

  it('layerNorm and its three gradients', async () => {
    await checkOp({
      inputs: [randomTensor([2, 3, 37], 2, 'x'), randomTensor([37], 1, 'w'), randomTensor([37], 1, 'b')],
      op: ([x, w, b]) => layerNorm(x!, w!, b!, 1e-5),
      reference: ([x, w, b]) => flat(reference.layerNorm(rowsOf(x!, 37), w!, b!, 1e-5)),
      differentiable: [0, 1, 2],
    });
  });

  it('swiglu, geluNew and relu with their gradients, far into both tails', async () => {
    const wide = randomTensor([3, 5, 7], 4, 'wide');
    await checkOp({
      inputs: [wide, randomTensor([3, 5, 7], 1, 'up')],
      op: ([gate, up]) => swiglu(gate!, up!),
      reference: ([gate, up]) => reference.swiglu(gate!, up!),
      differentiable: [0, 1],
    });
    await checkOp({
      inputs: [wide],
      op: ([x]) => geluNew(x!),
      reference: ([x]) => reference.geluNew(x!),
      differentiable: [0],
    });
    await checkOp({
      inputs: [wide],
      op: ([x]) => relu(x!),
      reference: ([x]) => x!.map((value) => Math.max(0, value)),
      differentiable: [0],
    });
  });

  it('embedding: rows by id; the gradient adds up over ids that occur several times', async () => {
    const ids = [4, 0, 4, 10, 4, 2, 0];
    for (const shape of [[7], [7, 1]]) {
      const tensor = intsFromHost(Int32Array.from(ids), shape);
      await checkOp({
        inputs: [randomTensor([11, 5], 1, 'table')],
        op: ([table]) => embedding(table!, tensor),
        reference: ([table]) => flat(ids.map((id) => rowsOf(table!, 5)[id]!)),
        differentiable: [0],
      });
      tensor.dispose();
    }
  });

  it('selectRows: rows that are read get their gradient, others zero; repeats of a read row are masked outside', async () => {
    // Row 6 is read as result row 0 and repeated as padding in result row 3.
    const [indices, inverse] = [
      intsFromHost(Int32Array.of(6, 1, 2, 6), [4]),
      intsFromHost(Int32Array.of(0, 2, 3, 0, 0, 0, 1), [7]),
    ];
    await checkOp({
      inputs: [randomTensor([7, 5], 1, 'rows')],
      op: ([x]) => selectRows(x!, indices, inverse),
      reference: ([x]) => flat([6, 1, 2, 6].map((row) => rowsOf(x!, 5)[row]!)),
      differentiable: [0],
      ignoredInGradient: (i) => i >= 15,
    });
    dispose([indices, inverse]);
  });

  it('logits: hidden times the transposed head', async () => {
    const [hidden, weight] = [randomTensor([3, 21], 1, 'hidden'), randomTensor([53, 21], 1, 'head')];
    const [h, w] = [fromHost(hidden.data, hidden.shape), fromHost(weight.data, weight.shape)];
    const head = transposedHead(w);
    const logits = logitsOf(h, head);
    const wanted = reference.product(rowsOf(hidden.data, 21), reference.transpose(rowsOf(weight.data, 21)));
    expect(relativeError(await toHost(logits), flat(wanted))).toBeLessThan(1e-5);
    dispose([h, w, head, logits]);
  });

  it('an input that the value does not depend on has a gradient of zeros, of its own shape', async () => {
    const [used, unused] = [randomTensor([5], 1, 'used'), randomTensor([3, 2], 1, 'unused')];
    const [x, y] = [fromHost(used.data, [5]), fromHost(unused.data, [3, 2])];
    const { value, gradients } = valueAndGradients(() => part(asVector(x), 1, 3).square().sum(), [x, y]);
    expect([...(await toHost(gradients[0]!))]).toEqual([0, ...used.data.slice(1, 4).map((v) => 2 * v), 0]);
    expect(gradients[1]!.shape).toEqual([3, 2]);
    expect([...(await toHost(gradients[1]!))]).toEqual([0, 0, 0, 0, 0, 0]);
    dispose([x, y, value, ...gradients]);
  });
});
