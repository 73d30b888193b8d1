/**
 * Trains a byte-level BPE tokenizer (Sennrich et al. 2016) and writes it as the files of a Hugging Face folder. Pure: text
 * in, JSON out. The same text gives the same files.
 */

export const END_TOKEN = '<|endoftext|>';
export const PAD_TOKEN = '<|pad|>';
const SPECIAL_TOKENS = [END_TOKEN, PAD_TOKEN] as const;

/**
 * How text is cut before merging: the turns' beginnings of the HH format whole, words and numbers with the space before
 * them, other signs. Nothing is left out.
 */
export const WORD_PATTERN = String.raw`\n\n(?:Human|Assistant|Note):| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\n+|\s+(?!\S)|\s+`;

/** GPT-2's letters for bytes: printable ones stand for themselves, the others for those from U+0100 on. */
function byteLetters(): string[] {
  const letters: string[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    letters.push(String.fromCodePoint(printable ? byte : next++));
  }
  return letters;
}

type Merge = [string, string];

interface Word {
  parts: string[];
  count: number;
}

export interface TokenizerFolder {
  'tokenizer.json': unknown;
  'tokenizer_config.json': unknown;
  'special_tokens_map.json': unknown;
}

/** A tokenizer of at most `vocabSize` tokens. A pair that stands in the text fewer than `leastCount` times is not merged. */
export function trainTokenizer(texts: Iterable<string>, vocabSize: number, leastCount: number): TokenizerFolder {
  const letters = byteLetters();
  const words = countWords(texts, letters);
  const wanted = vocabSize - letters.length - SPECIAL_TOKENS.length;
  const tokens = [...SPECIAL_TOKENS, ...letters];
  const merges: Merge[] = [];
  while (merges.length < wanted) {
    const best = commonestPair(words);
    if (best === null || best.count < leastCount) break;
    merges.push(best.pair);
    if (!tokens.includes(best.pair.join(''))) tokens.push(best.pair.join(''));
    for (const word of words) word.parts = merge(word.parts, best.pair);
  }
  return tokenizerFiles(tokens, merges);
}

function countWords(texts: Iterable<string>, letters: string[]): Word[] {
  const pattern = new RegExp(WORD_PATTERN, 'gu');
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [word] of text.matchAll(pattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const utf8 = new TextEncoder();
  return [...counts].map(([word, count]) => ({
    parts: [...utf8.encode(word)].map((byte) => letters[byte] as string),
    count,
  }));
}

/** The pair of neighbours that stands most often; of equal ones the first by their letters. */
function commonestPair(words: Word[]): { pair: Merge; count: number } | null {
  const counts = new Map<string, number>();
  for (const { parts, count } of words) {
    for (let i = 1; i < parts.length; i++) {
      const key = `${parts[i - 1]} ${parts[i]}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  let best: [string, number] | null = null;
  for (const [key, count] of counts) {
    if (best === null || count > best[1] || (count === best[1] && key < best[0])) best = [key, count];
  }
  return best === null ? null : { pair: best[0].split(' ') as Merge, count: best[1] };
}

function merge(parts: string[], [left, right]: Merge): string[] {
  const merged: string[] = [];
  for (const part of parts) {
    if (part === right && merged.at(-1) === left) merged[merged.length - 1] = left + right;
    else merged.push(part);
  }
  return merged;
}

function tokenizerFiles(tokens: string[], merges: Merge[]): TokenizerFolder {
  const names = { eos_token: END_TOKEN, pad_token: PAD_TOKEN };
  const split = { type: 'Split', pattern: { Regex: WORD_PATTERN }, behavior: 'Isolated', invert: false };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: SPECIAL_TOKENS.map((content, id) => ({ id, content, ...flags })),
      normalizer: null,
      pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] },
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges,
      },
    },
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: null,
      ...names,
      clean_up_tokenization_spaces: false,
      model_max_length: 256,
      chat_template: CHAT_TEMPLATE,
    },
    'special_tokens_map.json': names,
  };
}

/** The HH format, so that the model can also be used with its own chat format. */
const CHAT_TEMPLATE =
  "{% for message in messages %}{% if message['role'] == 'user' %}{{ '\\n\\nHuman: ' + message['content'] }}" +
  "{% elif message['role'] == 'assistant' %}{{ '\\n\\nAssistant: ' + message['content'] }}" +
  "{% else %}{{ message['content'] }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '\\n\\nAssistant:' }}{% endif %}";
