/**
 * Next-token logits with a KV cache: a prefill over right-padded prompts, then one token a row and step.
 * Rows keep their own positions, so no row sees padding. Leaves out sampling and stopping.
 */
import { appendToCache, attention, cacheMask, cachePosition, padCache } from '../ops/attention';
import { selectRows } from '../ops/embedding';
import { logitsOf, transposedHead } from '../ops/logits';
import { dispose, intsFromHost, keep, reshape, takeToHost, tidy, type Tensor } from '../ops/tensor';
import { disposePositions, type ForwardContext } from './architecture';
import { createBatch, disposeBatch, lastTokenOnly, paddedLength } from './batch';
import { causalAttention, type DefinitionCore } from './definition-core';

export interface Decoder {
  /** Logits [rows][vocabulary] after the prompts. Call once, first. */
  prefill(): Promise<Float32Array[]>;
  /** Logits after one more token a row. */
  step(tokens: Int32Array): Promise<Float32Array[]>;
  dispose(): void;
}

interface LayerCache {
  keys: Tensor;
  values: Tensor;
}

/**
 * A decoder for `prompts` (each with at least one token) with room for `newTokens` more, up to the model's context. Rows
 * that are stepped beyond that overwrite their own last position; their logits mean nothing from there on.
 * @param parameters name of the parameter set, or null for the base model
 */
export function createDecoder(
  model: DefinitionCore,
  parameters: string | null,
  prompts: number[][],
  newTokens: number,
): Decoder {
  const { architecture, config } = model;
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  const capacity = paddedLength([Math.min(longest + newTokens, config.contextLength)], config.contextLength);
  const next = Int32Array.from(prompts, (prompt) => prompt.length);
  const caches: LayerCache[] = [];
  const head = transposedHead(model.weight(parameters, architecture.headWeight));

  const run = (context: ForwardContext, ids: Tensor, rowIndex: Tensor, inverse: Tensor): Tensor => {
    let x = tidy(() => architecture.embed(context, ids));
    for (let layer = 0; layer < architecture.layers; layer++) {
      const input = x;
      x = tidy(() => architecture.block(context, layer, input));
      input.dispose();
    }
    const logits = tidy(() => {
      const rows = selectRows(reshape(x, [-1, config.hiddenSize]), rowIndex, inverse);
      return logitsOf(architecture.finalNorm(context, rows), head);
    });
    x.dispose();
    return logits;
  };
  const storePrefill = (layer: number, keys: Tensor, values: Tensor) => {
    caches[layer] = { keys: keep(padCache(keys, capacity)), values: keep(padCache(values, capacity)) };
  };
  const append = (layer: number, keys: Tensor, values: Tensor, at: Tensor): LayerCache => {
    const before = caches[layer]!;
    const after = {
      keys: keep(appendToCache(before.keys, keys, at)),
      values: keep(appendToCache(before.values, values, at)),
    };
    dispose([before.keys, before.values]);
    caches[layer] = after;
    return after;
  };

  return {
    prefill: async () => {
      const batch = createBatch(prompts.map(lastTokenOnly), config.contextLength);
      const positions = architecture.sequencePositions(batch.length);
      const causal = causalAttention(batch.length);
      const attend: ForwardContext['attend'] = (layer, q, k, v) => {
        storePrefill(layer, k, v);
        return causal.attend(layer, q, k, v);
      };
      const context = model.context({ parameters, positions, attend });
      const logits = run(context, batch.ids, batch.rowIndex, batch.inverseRowIndex);
      disposeBatch(batch);
      disposePositions(positions);
      causal.mask.dispose();
      return readRows(logits, prompts.length);
    },
    step: async (tokens) => {
      const rows = prompts.length;
      const positions = architecture.rowPositions(next);
      const [mask, at] = [cacheMask(next, capacity), cachePosition(next, capacity)];
      const attend: ForwardContext['attend'] = (layer, q, k, v) => {
        const { keys, values } = append(layer, k, v, at);
        return attention(q, keys, values, mask);
      };
      const ids = intsFromHost(tokens, [rows, 1]);
      const identity = intsFromHost(
        Int32Array.from({ length: rows }, (_, i) => i),
        [rows],
      );
      const logits = run(model.context({ parameters, positions, attend }), ids, identity, identity);
      dispose([ids, identity, mask, at]);
      disposePositions(positions);
      next.forEach((position, row) => (next[row] = Math.min(position + 1, capacity - 1)));
      return readRows(logits, rows);
    },
    dispose: () => {
      dispose(caches.flatMap(({ keys, values }) => [keys, values]));
      head.dispose();
    },
  };
}

async function readRows(logits: Tensor, rows: number): Promise<Float32Array[]> {
  const width = logits.shape[1]!;
  const values = await takeToHost(logits);
  return Array.from({ length: rows }, (_, row) => values.subarray(row * width, (row + 1) * width));
}
