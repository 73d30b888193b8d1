/**
 * Three groups of tests: unit (Node), gpu (Dawn in Node over a software adapter), e2e (Chromium against dist/).
 * Browser tests run one file at a time: Chromium's processes use all of few cores. GPU tests run two at a time: what takes
 * their time, compiling shaders and float64 references, uses one core a file.
 */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const minute = 60_000;
const longest = ['/parity-definitions.test.ts', '/parity.test.ts', '/trajectories.test.ts', '/training/memory.test.ts'];

/** The longest files first, so that none runs alone at the end; vitest knows times only where it has run before. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => longest.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          environment: 'node',
          testTimeout: minute,
          // Loading modules anew for each of 150 files took most of the time; tests make their own stores and databases.
          isolate: false,
          setupFiles: ['test/support/leave-nothing.ts'],
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'gpu',
          include: ['test/gpu/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 5 * minute,
          hookTimeout: 4 * minute,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 10 * minute,
          hookTimeout: 3 * minute,
        },
      },
    ],
  },
});
