/** What the parity page, its worker and the runner in Node tell each other. */
import type { CheckResult } from '../case';
import type { EngineName, Precision } from '../engines';

export interface BrowserCase {
  name: string;
  paths: string[];
  /** Addresses of the case's folder and of the one that holds its expectations. */
  folder: string;
  expectedFolder: string;
}

export interface BrowserJob {
  cases: BrowserCase[];
  checks: string[];
  engine: EngineName;
  precision: Precision;
}

export type BrowserMessage =
  | { type: 'adapter'; text: string }
  | { type: 'result'; case: string; result: CheckResult }
  | { type: 'done' }
  | { type: 'failed'; message: string };
