/** A model's own tokenizer, from the files that the hub keeps beside its weights. */
import { Tokenizer } from "@huggingface/tokenizers";
import { MERGES, TOKENIZER, TOKENIZER_CONFIG, VOCABULARY } from "../core/models/layout";
import type { ModelFiles } from "./gpt2/load";

export interface TextTokenizer {
  /** Token ids of a text, with nothing added before or after. */
  encode(text: string): number[];
  /** The text of token ids, to the byte where they form whole characters; special tokens are written out. */
  decode(ids: readonly number[]): string;
}

/** @throws SyntaxError, naming the file, if one is not JSON. */
export function createTokenizer(tokenizerJson: string, configJson: string): TextTokenizer {
  const tokenizer = new Tokenizer(
    parse(tokenizerJson, "tokenizer.json"),
    parse(configJson, "tokenizer_config.json"),
  );
  return {
    encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
    decode(ids) {
      if (ids.length === 0) return ""; // the library refuses to decode nothing
      return tokenizer.decode([...ids], {
        skip_special_tokens: false,
        clean_up_tokenization_spaces: false,
      });
    },
  };
}

/** Reads tokenizer.json, or where that is missing vocab.json and merges.txt; and tokenizer_config.json where it is there. */
export async function loadTokenizer(files: ModelFiles): Promise<TextTokenizer> {
  const text = async (file: string) => new TextDecoder().decode(await files.read(file));
  const has = (file: string) => files.names?.has(file) ?? true;
  const config = has(TOKENIZER_CONFIG) ? await text(TOKENIZER_CONFIG) : GPT2_CONFIG;
  if (has(TOKENIZER)) return createTokenizer(await text(TOKENIZER), config);
  return createTokenizer(bytePairTokenizer(await text(VOCABULARY), await text(MERGES)), config);
}

const GPT2_CONFIG = '{"tokenizer_class":"GPT2Tokenizer"}';
const END_OF_TEXT = "<|endoftext|>";

/** GPT-2's byte-level BPE as tokenizer.json has it, from the two files of before there was one. */
function bytePairTokenizer(vocabularyJson: string, merges: string): string {
  const vocab = parse(vocabularyJson, VOCABULARY) as Readonly<Record<string, unknown>>;
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  const pairs = merges.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#version"));
  const id = vocab[END_OF_TEXT];
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens:
      typeof id === "number" ? [{ id, content: END_OF_TEXT, ...special, special: true }] : [],
    normalizer: null,
    pre_tokenizer: { ...byteLevel, use_regex: true },
    post_processor: null,
    decoder: byteLevel,
    model: { type: "BPE", vocab, merges: pairs },
  });
}

function parse(text: string, file: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new SyntaxError(`${file} is not JSON: ${String(error)}`, { cause: error });
  }
}
