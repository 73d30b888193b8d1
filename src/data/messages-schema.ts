/** A text or a conversation as data files have them, brought into one form: {role, content}, or {from, value} as ShareGPT. */
import { z } from 'zod';

const roles = ['system', 'user', 'assistant'] as const;
const shareGptRoles: Readonly<Record<string, string>> = { human: 'user', gpt: 'assistant' };

/** ShareGPT's {from: "human", value} as {role: "user", content}; anything else as it is. */
function asMessage(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('from' in value) || !('value' in value)) return value;
  const from = String(value.from);
  return { role: shareGptRoles[from] ?? from, content: value.value };
}

const messageSchema = z.preprocess(
  asMessage,
  z.object({
    role: z.enum(roles, 'must be "system", "user" or "assistant"'),
    content: z.string('must be text'),
  }),
);

/** A text or a list of messages. */
export const textSchema = z.union(
  [z.string(), z.array(messageSchema).min(1)],
  'must be text or a list of {role, content}',
);

export type TextOrMessages = z.infer<typeof textSchema>;

/** True for a value that is meant as a list of messages, right or wrong. */
export function looksLikeMessages(value: unknown): boolean {
  const first: unknown = Array.isArray(value) ? value[0] : null;
  return typeof first === 'object' && first !== null && ('role' in first || 'from' in first);
}
