/** Log-probability, entropy and hits of targets without the whole logits: values and gradients, in one chunk and in several. */
import { expect, it } from 'vitest';
import { dispose, fromHost, intsFromHost, toHost, valueAndGradients, sum, slice } from '../../../src/ops/tensor';
import { tokenStatistics } from '../../../src/ops/token-statistics';
import { randomTensor, relativeError, useEngine } from '../../support/engine';
import { describeWith } from '../../support/needs';
import { checkOp } from './op-checks';
import { dot, flat, rowsOf, tokenFigures } from './reference';

const [rows, width, vocabulary] = [11, 13, 43];

describeWith(['lavapipe'], 'token statistics', () => {
  useEngine();
  const inputs = [randomTensor([rows, width], 1.5, 'hidden'), randomTensor([vocabulary, width], 0.7, 'weight')];
  const best = rowsOf(inputs[0]!.data, width).map((hidden) => {
    const logits = rowsOf(inputs[1]!.data, width).map((row) => dot(hidden, row));
    return logits.indexOf(Math.max(...logits));
  });
  // Every third target is the most likely token, so that hits occur.
  const targets = best.map((id, row) => (row % 3 === 0 ? id : (7 * row) % vocabulary));
  const figures = ([hidden, weight]: Float64Array[]) =>
    flat(
      rowsOf(hidden!, width).map((row, r) => {
        const { logp, entropy, correct } = tokenFigures(row, rowsOf(weight!, width), targets[r]!);
        return Float64Array.of(logp, entropy, correct);
      }),
    );

  it.each([
    ['one chunk', undefined],
    ['chunks of 4, 4 and 3 rows', 4 * vocabulary + 5],
    ['a row at a time', 1],
  ])('%s: values, and gradients of hidden and of a trained head', async (_name, chunkFloats) => {
    const ids = intsFromHost(Int32Array.from(targets), [rows]);
    const common = { inputs, reference: figures, ignoredInGradient: (i: number) => i % 3 !== 0 };
    await checkOp({
      ...common,
      op: ([hidden, weight]) => tokenStatistics(hidden!, weight!, ids, true, chunkFloats),
      differentiable: [0, 1],
    });
    await checkOp({
      ...common,
      op: ([hidden, weight]) => tokenStatistics(hidden!, weight!, ids, false, chunkFloats),
      differentiable: [0],
    });
    ids.dispose();
  });

  it('a frozen head has no gradient', async () => {
    const [hidden, weight] = inputs.map(({ data, shape }) => fromHost(data, shape));
    const ids = intsFromHost(Int32Array.from(targets), [rows]);
    const pass = valueAndGradients(
      () => sum(slice(tokenStatistics(hidden!, weight!, ids, false), [0, 0], [-1, 1])),
      [hidden!, weight!],
    );
    expect((await toHost(pass.gradients[1]!)).every((value) => value === 0)).toBe(true);
    expect((await toHost(pass.gradients[0]!)).some((value) => value !== 0)).toBe(true);
    dispose([hidden!, weight!, ids, pass.value, ...pass.gradients]);
  });

  it('stays finite and exact where logits are hundreds apart', async () => {
    const hidden = fromHost(Float32Array.of(1, 0), [1, 2]);
    const weight = fromHost(Float32Array.of(300, 0, -300, 0, 299, 0), [3, 2]);
    const ids = intsFromHost(Int32Array.of(1), [1]);
    const statistics = tokenStatistics(hidden, weight, ids, false);
    const logSum = Math.log(1 + Math.exp(-1) + Math.exp(-600));
    const [p0, p2] = [Math.exp(-logSum), Math.exp(-1 - logSum)];
    const wanted = [-600 - logSum, -p0 * Math.log(p0) - p2 * Math.log(p2), 0];
    const found = await toHost(statistics);
    found.forEach((value, i) => expect(relativeError([value], [wanted[i]!])).toBeLessThan(1e-5));
    dispose([hidden, weight, ids, statistics]);
  });
});
