/**
 * What a group of tests needs from the machine, so that it is skipped visibly, with the reason in its name, where that is absent.
 * Decides only; scripts/lib/prepare-machine.mjs installs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { missingForChromium, missingForNode } from '../../scripts/lib/software-adapters.mjs';

type Need = 'lavapipe' | 'swiftshader' | 'chromium' | 'chromium-swiftshader' | `shared/${string}`;

/** The reason why a need is not met on this machine, or null. `shared/...` is a path next to the project. */
function missing(need: Need): string | null {
  if (need === 'lavapipe' || need === 'swiftshader') return missingForNode(need);
  if (need === 'chromium') return missingForChromium('lavapipe');
  if (need === 'chromium-swiftshader') return missingForChromium('swiftshader');
  return existsSync(join(process.cwd(), '..', need)) ? null : `../${need} is not there`;
}

/** A `describe` that is skipped, with the reason in its name, unless this machine has everything in `needs`. */
export function describeWith(needs: Need[], name: string, body: () => void): void {
  const reason = needs.map(missing).find((found) => found !== null) ?? null;
  describe.skipIf(reason !== null)(reason === null ? name : `${name} [${reason}]`, body);
}
