/** A model's own tokenizer, from the two files that the hub keeps beside its weights. */
import { Tokenizer } from "@huggingface/tokenizers";
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

/** Reads tokenizer.json and tokenizer_config.json. */
export async function loadTokenizer(files: ModelFiles): Promise<TextTokenizer> {
  const text = async (file: string) => new TextDecoder().decode(await files.read(file));
  return createTokenizer(await text("tokenizer.json"), await text("tokenizer_config.json"));
}

function parse(text: string, file: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new SyntaxError(`${file} is not JSON: ${String(error)}`, { cause: error });
  }
}
