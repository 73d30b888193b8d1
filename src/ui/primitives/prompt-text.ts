/** Prompts as text for reading. Leaves out what the model sees; data/chat-format has that. */
import type { Prompt } from '../../protocol/preference';

export function promptText(prompt: Prompt): string {
  if (typeof prompt === 'string') return prompt;
  return prompt.map(({ role, content }) => `${role}: ${content}`).join('\n');
}

/** What the person said last, of an HH transcript; any other text as it is. */
export function lastTurn(prompt: string): string {
  const start = prompt.lastIndexOf('\n\nHuman:');
  const turn = start === -1 ? prompt : prompt.slice(start + '\n\nHuman:'.length);
  return turn.replace(/\n\nAssistant:\s*$/, '').trim();
}
