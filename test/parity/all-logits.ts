/** Hidden states and logits at every position; the studio itself never needs them whole. */
import { logitsOf, transposedHead } from '../../src/ops/logits';
import { dispose, intsFromHost, reshape, tidy, toHost, type Tensor } from '../../src/ops/tensor';
import { causalAttention, type LanguageModel } from '../../src/model/language-model';

export interface AllPositions {
  /** [length, h] after the embedding, after each block, the last one after the final norm. */
  hidden: Float32Array[];
  /** [length, vocabulary] */
  logits: Float32Array;
}

/** One sequence through the model. `parameters` names the set, null is the base. */
export async function allPositions(
  model: LanguageModel,
  parameters: string | null,
  ids: number[],
): Promise<AllPositions> {
  const { architecture, config } = model;
  const positions = architecture.sequencePositions(ids.length);
  const { attend, mask } = causalAttention(ids.length);
  const context = model.context({ parameters, positions, attend });
  const input = intsFromHost(Int32Array.from(ids), [1, ids.length]);
  const states: Tensor[] = [tidy(() => architecture.embed(context, input))];
  for (let layer = 0; layer < architecture.layers; layer++) {
    states.push(tidy(() => architecture.block(context, layer, states[layer]!)));
  }
  const last = tidy(() => architecture.finalNorm(context, states.at(-1)!));
  const head = transposedHead(model.weight(parameters, architecture.headWeight));
  const logits = tidy(() => logitsOf(reshape(last, [ids.length, config.hiddenSize]), head));
  const hidden = await Promise.all([...states.slice(0, -1), last].map(toHost));
  const values = await toHost(logits);
  dispose([...states, last, head, logits, input, mask, positions.ids]);
  if (positions.rope) dispose([positions.rope.cos, positions.rope.sin]);
  return { hidden, logits: values };
}

/** log softmax of row `row` of `logits` [rows, width], in float64. */
export function logSoftmaxRow(logits: Float32Array, row: number, width: number): Float64Array {
  const values = Float64Array.from(logits.subarray(row * width, (row + 1) * width));
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const logSum = Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest;
  return values.map((value) => value - logSum);
}
