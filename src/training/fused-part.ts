/** Trained parameters in a flat vector of the fused engine. */
import type { Runtime } from '../gpu/runtime';
import type { FlatParameters } from '../model/fused/parameters';
import type { OptimiserPart, PartOptions } from './optimiser-part';

export function createFusedPart(_runtime: Runtime, _set: FlatParameters, _options: PartOptions): OptimiserPart {
  throw new Error('internal: the fused optimiser is not built yet');
}
