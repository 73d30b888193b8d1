/** Logits, hidden states, log-probabilities, greedy decoding, sampling, and adapters on, off, merged and exported. */
import { exportPeft, importPeft } from '../../../src/exchange/peft';
import { generateResponses } from '../../../src/generation/generate';
import { keptDistribution } from '../../../src/generation/sampling';
import { sequenceLogps } from '../../../src/training/sequence-logps';
import { logSoftmaxRow } from '../log-softmax';
import { absolute, exact, maxAbsolute, mismatches, ready, type Check, type ParityCase } from '../case';
import { mergeAdapter } from '../merge';

export const checkLogits: Check = async function* ({ model, expected, tensors, tolerance }) {
  if (!expected.logits) return;
  for (const [i, ids] of expected.logits.ids.entries()) {
    const { hidden, logits } = await model.inspect(null, ids);
    yield absolute(`logits.seq${i}`, maxAbsolute(logits, tensors.get(`logits.seq${i}`)!.data), tolerance.logits);
    const wanted = hidden.map((_, layer) => tensors.get(`hidden.seq${i}.${layer}`));
    if (wanted.includes(undefined)) continue;
    const errors = hidden.map((states, layer) => maxAbsolute(states, wanted[layer]!.data));
    yield absolute(`hidden.seq${i}`, Math.max(...errors), tolerance.logits);
  }
};

export const checkLogprobs: Check = async function* ({ model, expected, tolerance }) {
  const rows = expected.logprobs ?? [];
  if (rows.length === 0) return;
  const sequences = rows.map((row) => ({ promptIds: row.prompt_ids, responseIds: row.response_ids }));
  const sums = await sequenceLogps({ model, parameters: null, sequences, batchSize: 4, gate: ready });
  yield absolute(
    'logprobs.sum',
    maxAbsolute(
      sums,
      rows.map((row) => row.sum_logp),
    ),
    tolerance.summedLogp,
  );
  let worst = 0;
  for (const { prompt_ids, response_ids, prompt_token_logps, response_token_logps } of rows) {
    const ids = [...prompt_ids, ...response_ids];
    const { logits } = await model.inspect(null, ids);
    const width = logits.length / ids.length;
    const actual = ids.slice(1).map((id, position) => logSoftmaxRow(logits, position, width)[id]!);
    worst = Math.max(worst, maxAbsolute(actual, [...prompt_token_logps, ...response_token_logps]));
  }
  yield absolute('logprobs.token', worst, tolerance.tokenLogp);
};

export const checkGreedy: Check = async function* ({ model, expected, tolerance }) {
  if (!expected.greedy) return;
  const { rows, max_new_tokens } = expected.greedy;
  const responses = await generateResponses({
    model,
    parameters: null,
    prompts: rows.map((row) => row.prompt_ids),
    settings: {
      samplesPerPrompt: 1,
      temperature: 0,
      topK: 0,
      topP: 1,
      repetitionPenalty: 1,
      seed: 0,
      maxNewTokens: max_new_tokens,
      batchSize: rows.length,
      endTokenIds: endTokens(expected),
    },
    gate: ready,
    onProgress: () => {},
  });
  let wrong = 0;
  for (const [i, row] of rows.entries()) {
    // Where the two best logits are closer than ten times the tolerance, either may win, and the rest is free.
    const doubtful = row.top1_minus_top2.findIndex((gap) => gap <= 10 * tolerance.logits);
    const sure = doubtful < 0 ? row.new_ids.length : doubtful;
    const { ids, endTokenId } = responses[i]!;
    wrong += mismatches(
      [...ids, ...(endTokenId === null ? [] : [endTokenId])].slice(0, sure),
      row.new_ids.slice(0, sure),
    );
  }
  yield exact('greedy.ids', wrong);
};

const endTokens = ({ tokenizer }: ParityCase['expected']) =>
  tokenizer.eos_token_id === null ? [] : [tokenizer.eos_token_id];

export const checkSampling: Check = async function* ({ model, expected, tensors, tolerance }) {
  if (!expected.sampling || !expected.greedy) return;
  const prompts = expected.greedy.rows.map((row) => row.prompt_ids);
  const logits = await model.nextTokenLogits(null, prompts);
  let worstLogits = 0;
  logits.forEach(
    (row, i) => (worstLogits = Math.max(worstLogits, maxAbsolute(row, tensors.get(`sample.logits.${i}`)!.data))),
  );
  yield absolute('sampling.logits', worstLogits, tolerance.logits);
  let [ids, worst] = [0, 0];
  for (const row of expected.sampling) {
    const { top_k_logit_gap: gap = Infinity, top_p_distance: distance = Infinity } = row;
    if (gap < tolerance.closeCut.logits || distance < tolerance.closeCut.probability) continue;
    const settings = {
      temperature: row.temperature,
      topK: row.top_k,
      topP: row.top_p,
      repetitionPenalty: row.repetition_penalty ?? 1,
    };
    const kept = keptDistribution(logits[row.prompt]!, settings, prompts[row.prompt]!);
    const byId = new Map([...kept.ids].map((id, i) => [id, kept.probs[i]!]));
    ids += row.ids.filter((id) => !byId.has(id)).length + Math.abs(row.ids.length - byId.size);
    worst = Math.max(
      worst,
      maxAbsolute(
        row.ids.map((id) => byId.get(id) ?? NaN),
        row.probs,
      ),
    );
  }
  yield exact('sampling.ids', ids);
  yield absolute('sampling.probs', worst, tolerance.probability);
};

export const checkLora: Check = async function* (parity) {
  const { model, expected, tensors, weights, folder, tolerance } = parity;
  if (!expected.lora || !expected.logits) return;
  const adapter = await parity.adapter(expected.lora.adapter);
  model.addParameters('adapter', adapter);
  const files = exportPeft(adapter, folder.config, 'base');
  const again = await importPeft(
    {
      configJson: JSON.parse(files['adapter_config.json']),
      safetensors: new Blob([files['adapter_model.safetensors']]),
    },
    folder.config,
  );
  model.addParameters('again', again);
  for (const [i, ids] of expected.logits.ids.entries()) {
    const on = (await model.inspect('adapter', ids)).logits;
    yield absolute(`lora.on.seq${i}`, maxAbsolute(on, tensors.get(`lora.on.seq${i}`)!.data), tolerance.logits);
    yield absolute(`lora.round_trip.seq${i}`, maxAbsolute((await model.inspect('again', ids)).logits, on), 0);
    const off = (await model.inspect(null, ids)).logits;
    yield absolute(`lora.off.seq${i}`, maxAbsolute(off, tensors.get(`logits.seq${i}`)!.data), tolerance.logits);
  }
  model.removeParameters('adapter');
  model.removeParameters('again');
  const merged = parity.createModel(mergeAdapter(weights, adapter, folder.config));
  const { logits } = await merged.inspect(null, expected.logits.ids[1]!);
  merged.dispose();
  yield absolute(
    'lora.merged.seq1',
    maxAbsolute(logits, tensors.get('lora.merged.seq1')!.data),
    parity.mergedTolerance.logits,
  );
};
