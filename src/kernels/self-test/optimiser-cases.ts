/** Self-test cases of the optimiser: the global norm over two workgroups, and a step with decay, clipping and frozen parameters. */
import { adamwFlags, adamwStep } from '../adamw/adamw';
import { gradientNorm, normPartials, normStateLength } from '../adamw/norm';
import { adamwReference, gradientNormReference } from '../adamw/reference';
import type { Bench } from './bench';
import type { SelfTestOptions } from './options';

/** fp32 sums of thousands of squares in lanes; square roots and divisions of GPUs. */
const tolerance = 1e-5;

export function optimiserCases(bench: Bench, { rank, full }: SelfTestOptions): void {
  if (rank === null && !full) return;
  const vector = bench.random(5000);
  const state = bench.output(normStateLength);
  const partials = bench.scratch(normPartials([vector.length]));
  const gradients = [{ part: bench.floats(vector), count: vector.length }];
  const dispatches = gradientNorm({ gradients, partials, state, maxNorm: 1 });
  const { norm, clipFactor } = gradientNormReference([vector], 1);
  for (const dispatch of dispatches.slice(0, -1)) bench.check(dispatch);
  bench.check(dispatches.at(-1)!, { output: state, values: [norm, clipFactor], tolerance });
  for (const flagged of full ? [false, true] : [false]) stepCase(bench, flagged);
}

function stepCase(bench: Bench, flagged: boolean): void {
  const count = 36;
  const [parameters, gradient, firstMoment] = [bench.random(count), bench.random(count), bench.random(count)];
  const secondMoment = bench.random(count).map((value) => value * value);
  const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, step: 3 };
  const flags = Uint32Array.from({ length: count }, (_, i) => [0, adamwFlags.undecayed, adamwFlags.frozen][i % 3]!);
  const before = {
    parameters: Float64Array.from(parameters),
    firstMoment: Float64Array.from(firstMoment),
    secondMoment: Float64Array.from(secondMoment),
  };
  const after = adamwReference(before, gradient, { ...settings, clipFactor: 0.5 }, flagged ? flags : undefined);
  const outputs = {
    parameters: bench.output(count, parameters),
    gradient: bench.output(count, gradient),
    firstMoment: bench.output(count, firstMoment),
    secondMoment: bench.output(count, secondMoment),
  };
  const state = bench.floats([1, 0.5]);
  bench.check(
    adamwStep({ ...outputs, state, count, ...settings, ...(flagged && { flags: bench.words(flags) }) }),
    { output: outputs.parameters, values: after.parameters, tolerance },
    { output: outputs.firstMoment, values: after.firstMoment, tolerance },
    { output: outputs.secondMoment, values: after.secondMoment, tolerance },
    { output: outputs.gradient, values: new Float32Array(count), tolerance: 0 },
  );
}
