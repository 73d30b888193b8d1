/**
 * Reference cases in Node on the definitions, the reference of the fused kernels: every check on lavapipe for a model of each
 * kind of block (GPT-2's, and LLaMA's with a tied head), passes for the others, whose trainers are the same code. `npm run parity`
 * runs everything on either adapter.
 */
import { fixtureNames, fixtures, onlyInShared, parityTests, shared } from '../parity/parity-tests';
import { checkNames } from '../parity/run-case';
import { describeWith } from '../support/needs';

const definition = { engine: 'definition', precision: 'fp32' } as const;
const whole = ['gpt2-f16', 'llama-tied'];
const passes = checkNames.filter((check) => !['sft', 'reward', 'dpo', 'kto'].includes(check));

describeWith(['lavapipe'], 'parity of the definitions on lavapipe', () => {
  parityTests({ adapter: 'lavapipe', ...definition }, fixtures, whole, checkNames);
});

describeWith(['lavapipe'], 'parity of the definitions on lavapipe, without trainers', () => {
  const others = fixtureNames.filter((name) => !whole.includes(name));
  parityTests({ adapter: 'lavapipe', ...definition }, fixtures, others, passes);
});

describeWith(['lavapipe', 'shared/golden'], 'parity of the definitions, cases that are not among the fixtures', () => {
  parityTests({ adapter: 'lavapipe', ...definition }, shared, onlyInShared, passes);
});

describeWith(['swiftshader'], 'parity of the definitions on SwiftShader', () => {
  // Gradients there take a minute and more to compile; the fused engine's run on both adapters.
  parityTests({ adapter: 'swiftshader', ...definition }, fixtures, ['gpt2-f16'], ['logits', 'logprobs']);
});
