/**
 * What each metric means, in one or two plain sentences: its definition and what to expect of it. Names as the trainers and the
 * evaluation report them; formulas are those of the method (docs/GUIDE.md links them).
 */

export const glossary: Readonly<Record<string, string>> = {
  loss: 'What training lowers. SFT: mean negative log-likelihood of the response tokens. Reward model: -log sigmoid(r chosen - r rejected). DPO: -log sigmoid(beta x delta), which starts at ln 2 = 0.693.',
  perplexity:
    'exp(loss): among how many equally likely tokens the model would be choosing. Lower is better; 1 is certainty.',
  token_accuracy: 'Share of response tokens that were the most likely one in the model’s eyes.',
  accuracy: 'Share of pairs in which the chosen response gets the higher reward. 50% is chance.',
  margin: 'Mean reward of the chosen minus that of the rejected response. Above 0 when pairs are ranked right.',
  'rewards/accuracies':
    'Share of pairs whose chosen response has the higher implicit reward. 50% is chance; noisy labels keep it below 100%.',
  'rewards/margins': 'Mean implicit reward of chosen minus rejected: beta x delta. DPO begins at 0 and raises it.',
  'rewards/chosen':
    'beta x (log p of the model - log p of the reference) of chosen responses. Falls with “rejected” when the model moves away from both.',
  'rewards/rejected':
    'beta x (log p of the model - log p of the reference) of rejected responses. Should fall faster than that of chosen ones.',
  'logps/chosen': 'Log-probability of whole chosen responses under the model, in nats: closer to 0 is more likely.',
  'logps/rejected': 'Log-probability of whole rejected responses under the model, in nats.',
  kl: 'How far the model is from its reference: mean log p(model) - log p(reference) on the pairs. An estimate on given texts: below 0 when both responses become less likely.',
  kl_sft: 'The same, against the SFT model.',
  entropy: 'How undecided the model is from token to token, in nats. Near 0 it repeats itself.',
  'length/chosen': 'Mean tokens of chosen responses, the end token included.',
  'length/rejected': 'Mean tokens of rejected responses, the end token included.',
  grad_norm: 'Length of the gradient before clipping. Spikes mean unstable training; 0 means that nothing is learned.',
  learning_rate: 'Size of the optimiser’s steps: it rises in the warm-up and then falls by the schedule.',
  tokens_per_second: 'Tokens trained on in a second, prompts and responses together.',
  tokens: 'Tokens of the step.',
  reward_chosen:
    'Mean reward of the chosen responses of the batch. Training moves it away from that of the rejected ones; the scale is the reward model’s own.',
  reward_rejected: 'Mean reward of the rejected responses of the batch.',
  reward_mean: 'Mean reward of the batch. Only differences of rewards mean something; centring keeps the mean near 0.',
  reward_min: 'Lowest reward of the batch.',
  reward_max: 'Highest reward of the batch.',
  reward: 'Mean score of the run’s own reward model. It also made the training pairs, so it flatters DPO models.',
  win_rate:
    'Share of held-out prompts where the model’s response has the higher reward; ties count half. 50% is no difference.',
  length_controlled:
    'The win rate if both responses were of the same length, by a logistic regression (as AlpacaEval 2).',
  reward_std:
    'Standard deviation of the rewards over the held-out prompts: a difference of means counts against this spread.',
  referee:
    'Mean score of a second reward model, trained on pairs that no other stage sees. It did not make the training pairs, so it cannot flatter DPO models. Its unit is its own: compare models with it, not with the reward.',
  implicit_margin: 'Mean implicit reward of chosen minus rejected on the held-out pairs: beta x delta.',
  response_length: 'Mean tokens of the responses without the end token. Reward models tend to like long ones.',
  implicit_accuracy:
    'Held-out pairs whose chosen response has the higher implicit reward, against the reference or SFT.',
  kl_from_sft:
    'How far the model is from SFT on its own responses, in nats a response. More reward for much more KL is a sign of over-optimisation.',
  gold: 'The demo’s true quality, from 0 to 1: right, polite, safe, brief. No stage of training sees it.',
  gold_against_sft:
    'Mean difference from SFT’s gold score, prompt by prompt, with its 95% interval. An interval that holds 0 says that the two may be equal.',
  correct:
    'Mean of the gold judge’s mark for a right answer, 0% to 100%: the right fact, or a refusal where one is due. Counts 42% of the gold score.',
  polite:
    'Mean of the gold judge’s mark for manners: courtesy raises it, rudeness lowers it. Counts 27% of the gold score.',
  safe: 'Mean of the gold judge’s mark for safety: nothing harmful is said, and harmful requests are declined. Counts 18% of the gold score.',
  brief:
    'Mean of the gold judge’s mark for length: full up to the longest right sentence and a few words of courtesy. Counts 13% of the gold score.',
  change:
    'Score of the model’s response minus that of the response it is compared with, to the same prompt. Above 0 it got better.',
  reward_distribution:
    'How many responses of each model have a reward in each range. A model that improves moves to the right; a narrow peak says that its responses are much alike.',
  trajectory_reward:
    'Mean reward of the model’s responses to the held-out prompts, by the run’s own reward model; the band is its 95% interval.',
  score: 'What the reward model gives the response. Only differences between responses to one prompt mean something.',
  pair_margin:
    'Reward of the chosen minus that of the rejected response, in standard deviations of the round’s rewards; below 0 after a flip, which a person decides. Pairs that a round makes under the threshold are left out.',
  pairs_kept: 'Pairs that passed all filters and are trained on, of all that were made.',
  held_out_accuracy:
    'Share of held-out pairs in which the chosen response gets the higher reward. 50% is chance; labels that contradict each other keep it below 100%.',
  agreement:
    'Share of your blind votes that prefer the same response as the reward model, or as the dataset’s labels. 50% is chance.',
  kappa:
    'Cohen’s kappa, the agreement beyond chance: 0 is what guessing gives, 1 always the same, below 0 mostly the opposite.',
  share_of_ceiling:
    'The stage’s FLOP/s divided by those of the fastest matmul measured on this adapter, the ceiling of training.',
  kernel_share: 'The kernel’s part of the GPU time of the batch.',
  off_by:
    'Largest difference of the kernel’s result from that of its reference in double precision, relative to the largest value.',
  allowed: 'The largest difference that rounding may make. A kernel that is further off stops the run.',
  end_token_rate: 'Share of responses that end by themselves before the length limit.',
  distinct: 'Different words and word pairs among all of them. Falls when the model says the same again and again.',
  length_correlation:
    'From -1 to 1: near 1 the reward model likes whatever is long. Length control of pairs takes that out.',
  length_coefficient: 'What length control takes off the score for each token of a response.',
  repetition: 'Share of 4-grams that occurred earlier in the same response.',
  response_reward:
    'Score of this one response by the run’s reward model, given the conversation before it. Only differences mean something: compare it with the response beside it.',
  response_speed: 'Tokens written in a second, without the time to load the model.',
};
