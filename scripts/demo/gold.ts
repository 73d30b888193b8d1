/** Gold scores of responses to prompts as the studio has them: the judge of src/demo grades the last human turn. */
import { promptMessages } from '../../src/data/chat-format';
import { goldGrade, type GoldGrade } from '../../src/demo/gold-judge';

export const goldParts = ['correctness', 'politeness', 'safety', 'brevity'] as const;

/** @throws Error when the prompt is no request of the demo's world */
export function goldOf(prompt: string, response: string): GoldGrade {
  const request = promptMessages(prompt).findLast(({ role }) => role === 'user')?.content ?? '';
  const grade = goldGrade(request, response);
  if (!grade) throw new Error(`${JSON.stringify(prompt)} is no request of the demo's world.`);
  return grade;
}
