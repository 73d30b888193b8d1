/** Names, help and grouping of the recipe's fields, for its form. The rules are the schema's (protocol/recipe). */
import type { DraftValue, RecipeField } from '../../../store/recipe-draft';

export interface FieldText {
  label: string;
  help: string;
  /** Shown only under "More settings". */
  rare?: true;
  /** Words for the values of a choice. */
  choices?: Readonly<Record<string, string>>;
}

export const fieldTexts: Readonly<Record<RecipeField, FieldText>> = {
  name: { label: 'Name', help: 'How the run is listed.' },
  seed: { label: 'Seed', help: 'The same seed, recipe, data and adapter give the same result.' },
  rounds: { label: 'DPO rounds', help: 'Rounds of generating, scoring and training after SFT and the reward model.' },

  checkpointEvery: {
    label: 'Checkpoint interval',
    help: 'In training steps, or batches of responses: at most this much is lost when the browser crashes.',
    rare: true,
  },

  watchedPrompts: {
    label: 'Watched prompts',
    help: 'Held-out prompts that SFT and DPO answer after each quarter of their steps, to look at; 0 = none.',
    rare: true,
  },

  trainPairs: { label: 'Training pairs', help: '0 = all that are left after the held-out split.' },
  heldOutPairs: { label: 'Held-out pairs', help: 'Pairs that no stage trains on, for accuracy and margin.' },
  heldOutPrompts: { label: 'Held-out prompts', help: 'Prompts that no stage trains on, for rewards and win rates.' },
  heldOutShare: {
    label: 'Held-out share',
    help: 'Share of the prompts that no stage trains on, chosen by the hash of their text; added data never moves them.',
    rare: true,
  },
  refereeHalf: {
    label: 'Train a referee',
    help: 'A second reward model is trained on half of the training prompts, which no other stage sees. The evaluation asks it too: it did not make the pairs, so it cannot flatter the rounds. Each stage then has half the data.',
    rare: true,
  },
  maxLength: { label: 'Maximal length', help: 'Prompt plus response, in tokens. Longer prompts are cut on the left.' },
  promptFormat: {
    label: 'Prompt format',
    help: 'How prompts become text.',
    choices: { hh: 'HH transcript (Human / Assistant)', chat: 'The model’s chat template' },
  },

  parameters: {
    label: 'Trained parameters',
    help: 'LoRA adapters, or all weights (small models only).',
    choices: { lora: 'LoRA adapters', full: 'All weights' },
  },
  loraRank: { label: 'LoRA rank', help: 'Width of the adapters.' },
  loraAlpha: { label: 'LoRA alpha', help: 'The adapters are scaled by alpha / rank.' },
  loraDropout: { label: 'LoRA dropout', help: 'Share of adapter inputs dropped in SFT.' },
  loraTargets: {
    label: 'LoRA targets',
    help: 'Module names with commas between them; empty = q, k, v and o projections (GPT-2: c_attn, c_proj).',
    rare: true,
  },

  engine: {
    label: 'Engine',
    help: 'Fused: our own kernels over fp16 weights. Definition: stock tfjs in fp32, many times slower; the reference to compare with.',
    choices: { fused: 'Fused kernels', definition: 'Definition (slow reference)' },
  },
  memoryBudgetGb: {
    label: 'Memory budget',
    help: 'GB of the GPU’s memory that the fused engine may take. More is quicker, with the same results.',
  },
  gradientCheckpointing: {
    label: 'Recompute every block',
    help: 'Gradient checkpointing: least memory, a third more arithmetic, same results. Off: the fused engine keeps as many blocks as fit the budget, the definition keeps all.',
  },

  batchSize: { label: 'Batch size', help: 'Examples or pairs of one optimiser step.' },
  microBatchSize: { label: 'Micro-batch', help: 'Examples or pairs at once on the GPU; divides the batch size.' },
  schedule: {
    label: 'Schedule',
    help: 'How the learning rate falls over a stage.',
    choices: { linear: 'Linear', cosine: 'Cosine', constant: 'Constant' },
  },
  warmupRatio: { label: 'Warm-up', help: 'Share of a stage’s steps in which the learning rate rises from 0.' },
  weightDecay: { label: 'Weight decay', help: 'Decoupled, as in AdamW.', rare: true },
  adamBeta1: { label: 'Adam beta 1', help: 'Decay of the gradient’s mean.', rare: true },
  adamBeta2: { label: 'Adam beta 2', help: 'Decay of the squared gradient’s mean.', rare: true },
  adamEpsilon: { label: 'Adam epsilon', help: 'Added to the denominator.', rare: true },
  maxGradNorm: { label: 'Gradient clipping', help: 'Largest global norm of the gradient.', rare: true },

  sftLearningRate: { label: 'Learning rate', help: 'Highest learning rate of SFT.' },
  sftEpochs: {
    label: 'Epochs',
    help: 'Passes over the chosen responses. 0 leaves SFT out, for a model that is fine-tuned already.',
  },
  sftLossOn: {
    label: 'Loss on',
    help: 'Which tokens are learnt.',
    choices: { response: 'Response and end token', all: 'All tokens' },
    rare: true,
  },

  rewardBase: {
    label: 'Starts from',
    help: 'Which model the reward model is built on.',
    choices: { base: 'The base model', sft: 'The SFT model' },
  },
  rewardLearningRate: { label: 'Learning rate', help: 'Highest learning rate of the reward model.' },
  rewardEpochs: { label: 'Epochs', help: 'Passes over the pairs.' },
  rewardHeadDropout: { label: 'Head dropout', help: 'Dropout in the reward head.', rare: true },
  rewardMargin: { label: 'Margin', help: 'By how much chosen has to be above rejected.', rare: true },
  rewardCentring: { label: 'Centring', help: 'Weight of the term that keeps rewards around 0.', rare: true },

  dpoLearningRates: { label: 'Learning rates', help: 'One a round, with commas between them; the last one repeats.' },
  dpoEpochs: { label: 'Epochs', help: 'One a round; the last one repeats.' },
  dpoBeta: { label: 'Beta', help: 'How strongly the policy is held to the reference.' },
  dpoReference: {
    label: 'Reference',
    help: 'The frozen model that DPO compares with.',
    choices: { previous: 'The previous round', sft: 'The SFT model' },
  },
  dpoMix: {
    label: 'Data of a round',
    help: 'Which pairs a round trains on.',
    choices: {
      accumulate: 'Original + all synthetic so far',
      latest: 'Original + latest synthetic',
      synthetic: 'Latest synthetic only',
    },
  },
  dpoLabelSmoothing: { label: 'Label smoothing', help: 'Assumed share of wrong labels.', rare: true },
  dropoutInPreferenceTraining: {
    label: 'Dropout in reward and DPO training',
    help: 'Also drops adapter inputs there, as in SFT. TRL does not.',
    rare: true,
  },

  promptsPerRound: { label: 'Prompts', help: 'Fresh prompts of each round; the last value repeats.' },
  samplesPerPrompt: { label: 'Responses a prompt', help: 'Of these the best and the worst make a pair.' },
  temperatures: { label: 'Temperatures', help: 'One a round; the last one repeats.' },
  maxNewTokens: { label: 'Longest response', help: 'In tokens.' },
  topP: { label: 'Top-p', help: 'Smallest set of tokens with this probability; 1 = off.', rare: true },
  topK: { label: 'Top-k', help: 'Number of likeliest tokens; 0 = off.', rare: true },
  repetitionPenalty: {
    label: 'Repetition penalty',
    help: 'Divides the likelihood of tokens that are there already; 1 = off.',
    rare: true,
  },
  generationBatchSize: { label: 'Responses at once', help: 'Responses generated side by side.', rare: true },

  pairPolicy: {
    label: 'Pair of a prompt',
    help: 'Which of the responses are compared.',
    choices: {
      'best-worst': 'Best and worst',
      'best-second': 'Best and second best',
      'best-random': 'Best and any other',
    },
  },
  pairMinMargin: { label: 'Smallest margin', help: 'In standard deviations of the round’s scores.' },
  pairKeepTruncated: { label: 'Keep cut responses', help: 'Those that hit the length limit without an end token.' },
  pairMaxSimilarity: { label: 'Largest similarity', help: 'From here on two responses count as the same.', rare: true },
  pairSafetyRules: { label: 'Safety rules', help: 'Drop pairs whose chosen response breaks them.', rare: true },
  pairLengthControl: {
    label: 'Length control',
    help: 'Takes the advantage of long responses out of the scores.',
    rare: true,
  },

  evalTemperature: { label: 'Temperature', help: '0 = greedy. The same for every model.' },
  evalBootstrapSamples: { label: 'Bootstrap samples', help: 'For the 95% intervals.' },
};

export interface FieldGroup {
  id: string;
  title: string;
  fields: readonly RecipeField[];
}

export const fieldGroups: readonly FieldGroup[] = [
  { id: 'run', title: 'Run', fields: ['name', 'seed', 'rounds', 'checkpointEvery', 'watchedPrompts'] },
  {
    id: 'data',
    title: 'Data',
    fields: [
      'trainPairs',
      'heldOutPairs',
      'heldOutPrompts',
      'maxLength',
      'promptFormat',
      'heldOutShare',
      'refereeHalf',
    ],
  },
  { id: 'engine', title: 'Engine and memory', fields: ['engine', 'memoryBudgetGb', 'gradientCheckpointing'] },
  {
    id: 'parameters',
    title: 'Trained parameters',
    fields: ['parameters', 'loraRank', 'loraAlpha', 'loraDropout', 'loraTargets'],
  },
  {
    id: 'optimiser',
    title: 'Optimiser',
    fields: [
      'batchSize',
      'microBatchSize',
      'schedule',
      'warmupRatio',
      'weightDecay',
      'adamBeta1',
      'adamBeta2',
      'adamEpsilon',
      'maxGradNorm',
    ],
  },
  { id: 'sft', title: 'Supervised fine-tuning', fields: ['sftLearningRate', 'sftEpochs', 'sftLossOn'] },
  {
    id: 'reward',
    title: 'Reward model',
    fields: ['rewardLearningRate', 'rewardEpochs', 'rewardBase', 'rewardHeadDropout', 'rewardMargin', 'rewardCentring'],
  },
  {
    id: 'generation',
    title: 'Generation',
    fields: [
      'promptsPerRound',
      'samplesPerPrompt',
      'temperatures',
      'maxNewTokens',
      'topP',
      'topK',
      'repetitionPenalty',
      'generationBatchSize',
    ],
  },
  {
    id: 'pairs',
    title: 'Pairs',
    fields: [
      'pairPolicy',
      'pairMinMargin',
      'pairKeepTruncated',
      'pairMaxSimilarity',
      'pairSafetyRules',
      'pairLengthControl',
    ],
  },
  {
    id: 'dpo',
    title: 'DPO training',
    fields: [
      'dpoLearningRates',
      'dpoEpochs',
      'dpoBeta',
      'dpoReference',
      'dpoMix',
      'dpoLabelSmoothing',
      'dropoutInPreferenceTraining',
    ],
  },
  { id: 'evaluation', title: 'Evaluation', fields: ['evalTemperature', 'evalBootstrapSamples'] },
];

/** The group that a field stands in. */
export const groupTitle = (field: RecipeField): string =>
  fieldGroups.find(({ fields }) => fields.includes(field))?.title ?? '';

/** A value of a field as a person reads it. */
export function valueText(field: RecipeField, value: DraftValue): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value === '') return field === 'loraTargets' ? 'default' : 'empty';
  return fieldTexts[field].choices?.[value] ?? value;
}
