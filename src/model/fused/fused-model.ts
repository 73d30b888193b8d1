/** The fused engine's model. */
import type { Runtime } from '../../gpu/runtime';
import type { ModelPasses } from '../language-model';
import type { FlatParameters } from './parameters';

export interface FusedModel extends ModelPasses {
  readonly engine: 'fused';
  readonly runtime: Runtime;
  parameters(name: string): FlatParameters;
}
