/** Long lists of work in parts, each of which the stage's checkpoint keeps once it is finished. */
import { z } from 'zod';
import type { StageControls } from './stage-controls';

/**
 * Works through `parts` one after the other. What a part gives may depend on how the list was cut, so the cut must be a
 * function of the recipe and the items alone.
 * @param name unique in the stage
 * @param work one result an item, in order; `before` counts the items of the parts before
 */
export async function onceEach<T, R>(
  controls: Pick<StageControls, 'once'>,
  name: string,
  parts: readonly T[][],
  result: z.ZodType<R>,
  work: (part: T[], before: number) => Promise<R[]>,
): Promise<R[]> {
  const results: R[] = [];
  let before = 0;
  for (const [i, part] of parts.entries()) {
    const own = await controls.once(`${name} ${i + 1}`, z.array(result), () => work(part, before));
    if (own.length !== part.length) throw new Error(`internal: ${own.length} results for ${part.length} items`);
    for (const item of own) results.push(item);
    before += part.length;
  }
  return results;
}
