/**
 * Reference cases in Node on the fused engine: every check on lavapipe, forward and backward passes on SwiftShader, which has no
 * shader-f16 and is many times slower. `npm run parity` runs everything on either; parity-definitions.test.ts has the definitions.
 */
import { fixtureNames, fixtures, onePass, onlyInShared, parityTests, shared } from '../parity/parity-tests';
import { checkNames } from '../parity/run-case';
import type { Precision } from '../parity/engines';
import { describeWith } from '../support/needs';

const fused = (precision: Precision) => ({ engine: 'fused', precision }) as const;

describeWith(['lavapipe'], 'parity of the fused engine on lavapipe, packed halves', () => {
  parityTests({ adapter: 'lavapipe', ...fused('packed') }, fixtures, fixtureNames, checkNames);
});

describeWith(['lavapipe', 'shared/golden'], 'parity of the fused engine, cases that are not among the fixtures', () => {
  parityTests({ adapter: 'lavapipe', ...fused('packed') }, shared, onlyInShared, checkNames);
});

describeWith(['lavapipe'], 'parity of the fused engine on lavapipe, native halves', () => {
  parityTests({ adapter: 'lavapipe', ...fused('native') }, fixtures, ['qwen3-f16', 'gpt2-f16'], checkNames);
});

describeWith(['lavapipe'], 'parity of the fused engine on lavapipe, fp32 weights', () => {
  parityTests({ adapter: 'lavapipe', ...fused('fp32') }, fixtures, ['llama-tiny'], checkNames);
});

describeWith(['swiftshader'], 'parity of the fused engine on SwiftShader', () => {
  parityTests({ adapter: 'swiftshader', ...fused('packed') }, fixtures, ['llama-tiny', 'gpt2-f16'], onePass);
});
