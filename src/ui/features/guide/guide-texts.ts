/** The guide's texts. True of every run; what differs from recipe to recipe is on the pages themselves. */

export const steps: readonly { title: string; does: string; look: string }[] = [
  {
    title: '1. Supervised fine-tuning (SFT)',
    does: 'The base model learns to write the chosen responses of your preference pairs. What is trained is a small adapter (LoRA) beside the frozen weights, or all weights of a small model.',
    look: 'Look at: the loss falls and levels off. When it falls towards 0, the model learns by heart.',
  },
  {
    title: '2. Reward model',
    does: 'A second adapter with a small head learns to give the chosen response of a pair a higher score than the rejected one.',
    look: 'Look at: accuracy on held-out pairs, clearly above 50%. Everything later depends on it.',
  },
  {
    title: '3. Each round: generate, score, pair',
    does: 'The current model writes several answers to fresh prompts. The reward model scores them; the best and the worst become a new pair. Doubtful pairs are dropped, each with its reason, and you can correct every pair by hand: let the run wait for your review before it trains on them.',
    look: 'Look at: Pairs. Are the chosen answers really better? If not, the reward model is the weak part.',
  },
  {
    title: '4. Each round: DPO training',
    does: 'Direct preference optimisation makes chosen answers more likely than rejected ones, compared with a frozen reference: the model of the round before, or SFT. It trains on your pairs and the new ones.',
    look: 'Look at: the loss starts at 0.693 (ln 2), the margin rises, the log-probability of chosen answers does not collapse.',
  },
  {
    title: '5. Each round: evaluation',
    does: 'All models answer the same held-out prompts, which no stage has trained on. The next round starts from the model of this one, better or not.',
    look: 'Look at: the win rate against SFT and its interval, also length-controlled; answers side by side.',
  },
];

export const warnings: readonly string[] = [
  'A win rate whose interval lies above 50% is an improvement in the eyes of the judge that scored it.',
  'The run’s own reward model made the training pairs, so its scores flatter the later rounds. Read answers; in the demo, compare with the gold score.',
  'Reward rises while answers get longer, stranger or alike: over-optimisation. Use fewer steps, a lower learning rate, a higher beta, or stop at an earlier round.',
  'Later rounds gain less than the first. The best round is not always the last one: export the one that you would choose.',
];

export const terms: readonly (readonly [string, string])[] = [
  ['Prompt, response', 'What the model is asked, and what it answers.'],
  ['Pair', 'A prompt with a chosen (preferred) and a rejected response. “Synthetic” when the model wrote both.'],
  ['Adapter', 'The trained part: LoRA factors in PEFT’s format, a few MB, used beside the base model’s weights.'],
  ['Reference', 'The frozen model that DPO compares with. Moving far from it costs.'],
  ['Beta', 'How strongly DPO holds the model to its reference. Lower lets it move further.'],
  ['Implicit reward', 'beta x (log p of the model - log p of the reference): what DPO’s model itself prefers.'],
  ['Margin', 'Reward of the chosen minus reward of the rejected response.'],
  ['KL', 'How far one model is from another, in nats.'],
  ['Held-out', 'Prompts and pairs kept away from all training, by a hash of the prompt: for honest figures.'],
  ['Checkpoint', 'The state of a stage, stored every few steps: after a crash the run goes on from there.'],
];
