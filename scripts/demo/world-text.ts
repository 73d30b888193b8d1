/** The first documents of the small world's endless pretraining text. */
import { pretrainingText } from '../../src/demo/pretraining-text';

export function worldDocuments(count: number, seed: number): string[] {
  const texts = pretrainingText(seed);
  return Array.from({ length: count }, () => texts.next().value);
}
