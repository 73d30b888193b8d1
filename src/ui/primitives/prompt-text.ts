/** Prompts as text for reading. Leaves out what the model sees; data/chat-format has that. */
import type { Prompt } from '../../protocol/preference';

export function promptText(prompt: Prompt): string {
  if (typeof prompt === 'string') return prompt;
  return prompt.map(({ role, content }) => `${role}: ${content}`).join('\n');
}

/** The whole conversation of an HH transcript without the open turn at its end; of a single request, what was said. */
export function conversation(prompt: string): string {
  const turns = prompt.split('\n\nHuman:').length - 1;
  return turns > 1 ? prompt.replace(/\n\nAssistant:\s*$/, '').trim() : lastTurn(prompt);
}

/** What the person said last, of an HH transcript; any other text as it is. */
export function lastTurn(prompt: string): string {
  const start = prompt.lastIndexOf('\n\nHuman:');
  const turn = start === -1 ? prompt : prompt.slice(start + '\n\nHuman:'.length);
  return turn.replace(/\n\nAssistant:\s*$/, '').trim();
}
