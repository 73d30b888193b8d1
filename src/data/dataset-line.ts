/** Items of a dataset as lines of TRL's formats: preference pairs with an explicit prompt, or prompt and completion. */
import type { DatasetItem } from '../protocol/dataset';
import { replyContent } from './chat-format';

/** One line with its line feed. Prompts of messages have responses of messages. */
export function datasetLine(item: DatasetItem): string {
  const { prompt } = item;
  const reply = (text: string) =>
    typeof prompt === 'string' ? text : [{ role: 'assistant', content: replyContent(text) }];
  const fields =
    'response' in item
      ? { prompt, completion: reply(item.response) }
      : { prompt, chosen: reply(item.chosen), rejected: reply(item.rejected) };
  return `${JSON.stringify(fields)}\n`;
}
