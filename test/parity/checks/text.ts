/** Tokenizer and chat template against Python's. */
import type { TextTokenizer } from '../../../src/data/tokenizer';
import { exact, mismatches, type CheckResult } from '../case';
import type { Expected } from '../expected';

const differs = (a: unknown, b: unknown) => (a === b ? 0 : 1);

/** All strings and chats of one tokenizer. */
export function* checkTokenizer(tokenizer: TextTokenizer, { tokenizer: wanted }: Expected): Generator<CheckResult> {
  const special = [
    differs(tokenizer.bosTokenId, wanted.bos_token_id),
    differs(tokenizer.eosTokenId, wanted.eos_token_id),
    differs(tokenizer.padTokenId, wanted.pad_token_id),
  ];
  yield exact(
    'tokenizer.special',
    special.reduce((a, b) => a + b, 0),
  );
  let [ids, decoded] = [0, 0];
  for (const row of wanted.strings) {
    ids +=
      mismatches(tokenizer.encode(row.text, true), row.ids) +
      mismatches(tokenizer.encode(row.text, false), row.ids_no_special);
    decoded +=
      differs(tokenizer.decode(row.ids, false), row.decoded) +
      differs(tokenizer.decode(row.ids, true), row.decoded_skip_special);
  }
  yield exact('tokenizer.ids', ids);
  yield exact('tokenizer.decoded', decoded);
  if (!wanted.chat) return;
  let chat = 0;
  for (const { messages, add_generation_prompt, text, ids: chatIds } of wanted.chat) {
    const rendered = tokenizer.applyChatTemplate(messages, add_generation_prompt);
    chat += differs(rendered, text) + mismatches(tokenizer.encode(rendered, false), chatIds);
  }
  yield exact('tokenizer.chat', chat);
}
