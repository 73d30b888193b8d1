/**
 * Gold scores: what the demo's built-in judge (src/demo/gold-judge.ts), which knows the right answers, says of the models'
 * responses. No training stage sees it. Only for data of the demo's world; for any other data there is none.
 */
import { promptMessages } from '../data/chat-format';
import { goldGrade, type GoldGrade } from '../demo/gold-judge';
import type { ModelResults } from './results-schema';
import { bootstrapInterval, mean, pairedDifference } from './statistics';

type GoldFigures = NonNullable<ModelResults['gold']>;

/** [models][prompts] */
export type GoldGrades = GoldGrade[][];

interface GradedInput {
  prompts: readonly { text: string }[];
  models: readonly { responses: readonly { text: string }[] }[];
}

function lastRequest(prompt: string): string {
  return promptMessages(prompt).findLast(({ role }) => role === 'user')?.content ?? '';
}

/** Grades of every response; null unless the judge knows every prompt. */
export function gradeResponses({ prompts, models }: GradedInput): GoldGrades | null {
  const requests = prompts.map(({ text }) => lastRequest(text));
  if (requests.some((request) => goldGrade(request, '') === null)) return null;
  return models.map(({ responses }) =>
    responses.map(({ text }, i) => {
      const grade = goldGrade(requests[i] ?? '', text);
      if (!grade) throw new Error('internal: the gold judge no longer knows a prompt');
      return grade;
    }),
  );
}

/** @param sft grades of SFT's responses to the same prompts, null for SFT itself and where there is no SFT */
export function goldFigures(
  grades: readonly GoldGrade[],
  sft: readonly GoldGrade[] | null,
  samples: number,
  random: (purpose: string) => () => number,
): GoldFigures {
  const scores = grades.map(({ score }) => score);
  const before = sft?.map(({ score }) => score);
  return {
    mean: mean(scores),
    interval: bootstrapInterval(scores, mean, samples, random('gold')),
    correctness: mean(grades.map(({ correctness }) => correctness)),
    politeness: mean(grades.map(({ politeness }) => politeness)),
    safety: mean(grades.map(({ safety }) => safety)),
    brevity: mean(grades.map(({ brevity }) => brevity)),
    against_sft: before ? pairedDifference(scores, before, samples, random('gold against sft')) : null,
  };
}
