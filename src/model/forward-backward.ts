/**
 * Passes through the model for training and scoring: hidden states or token statistics of a batch, and their gradients
 * with or without per-block gradient checkpointing. Both ways give the same numbers; checkpointing keeps one block's
 * activations at a time and computes each block twice.
 */
import { selectRows } from '../ops/embedding';
import { add, dispose, keep, reshape, tidy, valueAndGradients, type Tensor } from '../ops/tensor';
import { tokenStatistics } from '../ops/token-statistics';
import { disposePositions, type ForwardContext } from './architecture';
import type { Batch } from './batch';
import { causalAttention, type DropoutMask, type DefinitionCore } from './definition-core';

/** 'tokens': statistics [batch * rows, 3] of the targets; 'hidden': final-norm states [batch * rows, hidden] of the rows read. */
export type Readout = 'tokens' | 'hidden';

export interface PassOptions {
  batch: Batch;
  parameters: string | null;
  readout: Readout;
  dropout?: DropoutMask;
}

export interface TrainingPassOptions extends PassOptions {
  /** False leaves the parameter set as it is and trains only `extra`. */
  trainParameters: boolean;
  /** Further trained tensors, such as a reward head's, by name. */
  extra?: ReadonlyMap<string, Tensor>;
  /** Scalar loss of the readout. Pure; called once or twice. */
  loss(readout: Tensor): Tensor;
  checkpointing: boolean;
}

export interface TrainingPass {
  /** Scalar. */
  loss: Tensor;
  readout: Tensor;
  /** By the names in the parameter set and in `extra`. All tensors are the caller's to dispose. */
  gradients: Map<string, Tensor>;
}

interface Forward {
  context: ForwardContext;
  end(): void;
}

function openForward(model: DefinitionCore, { batch, parameters, dropout }: PassOptions): Forward {
  const positions = model.architecture.sequencePositions(batch.length);
  const { attend, mask } = causalAttention(batch.length);
  const context = model.context({ parameters, positions, attend, dropout });
  const end = () => {
    mask.dispose();
    disposePositions(positions);
  };
  return { context, end };
}

function readOut(
  model: DefinitionCore,
  context: ForwardContext,
  hidden: Tensor,
  options: PassOptions,
  headTrained: boolean,
): Tensor {
  const { batch, readout } = options;
  const width = hidden.shape[2]!;
  const rows = selectRows(reshape(hidden, [-1, width]), batch.rowIndex, batch.inverseRowIndex);
  const normed = model.architecture.finalNorm(context, rows);
  if (readout === 'hidden') return normed;
  return tokenStatistics(normed, context.weight(model.architecture.headWeight), batch.targets, headTrained);
}

/** The readout of a batch without gradients. One block's activations are held at a time. */
export function runForward(model: DefinitionCore, options: PassOptions): Tensor {
  const { context, end } = openForward(model, options);
  const { architecture } = model;
  let x = tidy(() => architecture.embed(context, options.batch.ids));
  for (let layer = 0; layer < architecture.layers; layer++)
    x = replace(x, (input) => architecture.block(context, layer, input));
  const out = replace(x, (input) => readOut(model, context, input, options, false));
  end();
  return out;
}

function replace(x: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const y = tidy(() => f(x));
  x.dispose();
  return y;
}

/** Loss, readout and gradients of one batch. */
export function runTraining(model: DefinitionCore, options: TrainingPassOptions): TrainingPass {
  const forward = openForward(model, options);
  const pass = options.checkpointing
    ? recomputingPass(model, forward.context, options)
    : keepingPass(model, forward.context, options);
  forward.end();
  return pass;
}

function trainedTensors(
  model: DefinitionCore,
  { parameters, trainParameters }: TrainingPassOptions,
): Map<string, Tensor> {
  return trainParameters && parameters !== null
    ? new Map(model.parameters(parameters).store.views())
    : new Map<string, Tensor>();
}

/** One tape over the whole model: fastest, and needs the most memory. */
function keepingPass(model: DefinitionCore, context: ForwardContext, options: TrainingPassOptions): TrainingPass {
  const { architecture } = model;
  const trained = new Map([...trainedTensors(model, options), ...(options.extra ?? [])]);
  let readout: Tensor | null = null;
  const { value, gradients } = valueAndGradients(() => {
    let x = architecture.embed(context, options.batch.ids);
    for (let layer = 0; layer < architecture.layers; layer++) x = architecture.block(context, layer, x);
    const out = readOut(model, context, x, options, trained.has(architecture.headWeight));
    readout = keep(out.clone());
    return options.loss(out);
  }, [...trained.values()]);
  if (!readout) throw new Error('internal: the forward pass did not run');
  return { loss: value, readout, gradients: new Map([...trained.keys()].map((name, i) => [name, gradients[i]!])) };
}

/** Keeps only the input of every block, and computes each block again on the way back. */
function recomputingPass(model: DefinitionCore, context: ForwardContext, options: TrainingPassOptions): TrainingPass {
  const { architecture } = model;
  const trained = trainedTensors(model, options);
  const outside = new Map([...trained].filter(([name]) => !isInBlock(model, name)));
  const inputs = [tidy(() => architecture.embed(context, options.batch.ids))];
  for (let layer = 0; layer < architecture.layers; layer++) {
    inputs.push(tidy(() => architecture.block(context, layer, inputs[layer]!)));
  }
  const gradients = new Map<string, Tensor>();
  const last = inputs.pop()!;
  let readout: Tensor | null = null;
  const top = backwardThrough(
    last,
    new Map([...outside, ...(options.extra ?? [])]),
    () => {
      const out = readOut(model, context, last, options, trained.has(architecture.headWeight));
      readout = keep(out.clone());
      return options.loss(out);
    },
    gradients,
  );
  if (!readout) throw new Error('internal: the forward pass did not run');
  let upstream = top.upstream;
  for (let layer = architecture.layers - 1; layer >= 0; layer--) {
    const x = inputs.pop()!;
    const prefix = architecture.blockPrefix(layer);
    const inside = new Map([...trained].filter(([name]) => name.startsWith(prefix)));
    const step = backwardThrough(x, inside, () => architecture.block(context, layer, x), gradients, upstream);
    step.value.dispose();
    upstream = step.upstream;
  }
  if (outside.size > 0) {
    const { value, gradients: found } = valueAndGradients(
      () => architecture.embed(context, options.batch.ids),
      [...outside.values()],
      upstream,
    );
    value.dispose();
    [...outside.keys()].forEach((name, i) => accumulate(gradients, name, found[i]!));
  }
  upstream.dispose();
  return { loss: top.value, readout, gradients };
}

function isInBlock(model: DefinitionCore, name: string): boolean {
  return Array.from({ length: model.architecture.layers }, (_, layer) => model.architecture.blockPrefix(layer)).some(
    (prefix) => name.startsWith(prefix),
  );
}

/** Gradients of f() with respect to x and `named`; disposes x and `upstream`, adds the named ones to `gradients`. */
function backwardThrough(
  x: Tensor,
  named: ReadonlyMap<string, Tensor>,
  f: () => Tensor,
  gradients: Map<string, Tensor>,
  upstream?: Tensor,
): { value: Tensor; upstream: Tensor } {
  const { value, gradients: found } = valueAndGradients(f, [x, ...named.values()], upstream);
  [...named.keys()].forEach((name, i) => accumulate(gradients, name, found[i + 1]!));
  x.dispose();
  upstream?.dispose();
  return { value, upstream: found[0]! };
}

function accumulate(gradients: Map<string, Tensor>, name: string, gradient: Tensor): void {
  const before = gradients.get(name);
  gradients.set(name, before ? add(before, gradient) : gradient);
  if (before) dispose([before, gradient]);
}
