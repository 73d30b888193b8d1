/** Who scores an answer: the run's reward model, its referee, the demo's gold judge. What they say, not how they are made. */
import type { AnsweredPrompt } from '../../../protocol/evaluation';

export const judges = ['reward', 'referee', 'gold'] as const;
export type Judge = (typeof judges)[number];
export type Answer = AnsweredPrompt['responses'][number];

export const judgeTitles: Readonly<Record<Judge, string>> = {
  reward: 'Reward model',
  referee: 'Referee',
  gold: 'Gold judge',
};

/** null where this judge did not score the answer. */
export function scoreBy(judge: Judge, answer: Answer): number | null {
  return answer[judge] ?? null;
}

/** The judges that scored every answer, the run's own reward model first. */
export function judgesOf(prompts: readonly AnsweredPrompt[]): Judge[] {
  const answers = prompts.flatMap(({ responses }) => responses);
  return judges.filter((judge) => answers.every((answer) => scoreBy(judge, answer) !== null));
}

/** The one that says most about quality: gold knows the right answers, the referee at least did not make the pairs. */
export function mostIndependent(available: readonly Judge[]): Judge {
  return available.at(-1) ?? 'reward';
}
