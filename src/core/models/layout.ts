/** Which files of a repository make a GPT-2, in the hub's layout. */

export const CONFIG = "config.json";
export const WEIGHTS = "model.safetensors";
/** Of weights in several files: which tensor lies in which. */
export const WEIGHTS_INDEX = "model.safetensors.index.json";
export const TOKENIZER = "tokenizer.json";
export const TOKENIZER_CONFIG = "tokenizer_config.json";
/** What a tokenizer without tokenizer.json consists of. */
export const VOCABULARY = "vocab.json";
export const MERGES = "merges.txt";

const NEEDED = `A GPT-2 needs ${CONFIG}, ${WEIGHTS} and ${TOKENIZER} (or ${VOCABULARY} and ${MERGES}).`;

/** Weights in formats that are not read: what their presence says about a repository. */
const OTHER_WEIGHTS = /\.(bin|h5|msgpack|ot|ckpt|gguf|onnx|pt|pth)$/;

/**
 * The small files to read, in the order in which they tell whether it is a GPT-2 at all: config.json first.
 *
 * @param names  the files that there are.
 * @param place  for messages: "openai-community/gpt2 at https://huggingface.co".
 * @throws RangeError naming what is missing.
 */
export function smallFiles(names: ReadonlySet<string>, place: string): string[] {
  if (!names.has(CONFIG)) throw new RangeError(`${place} has no ${CONFIG}. ${NEEDED}`);
  const weights = [WEIGHTS, WEIGHTS_INDEX].find((name) => names.has(name));
  if (weights === undefined) {
    const other = [...names].find((name) => OTHER_WEIGHTS.test(name));
    const found = other === undefined ? "" : `, only ${other}`;
    throw new RangeError(
      `${place} has no ${WEIGHTS}${found}. ${NEEDED} ` +
        "Weights in another format can be converted with transformers: save_pretrained(folder, safe_serialization=True).",
    );
  }
  const tokenizer = names.has(TOKENIZER) ? [TOKENIZER] : [VOCABULARY, MERGES];
  const missing = tokenizer.find((name) => !names.has(name));
  if (missing !== undefined) {
    throw new RangeError(`${place} has neither ${TOKENIZER} nor ${missing}. ${NEEDED}`);
  }
  return [
    CONFIG,
    ...tokenizer,
    ...(names.has(TOKENIZER_CONFIG) ? [TOKENIZER_CONFIG] : []),
    ...(weights === WEIGHTS_INDEX ? [WEIGHTS_INDEX] : []),
  ];
}

/** What loading a model brings, before an index was read that says it exactly. @throws RangeError as `smallFiles`. */
export function expectedFiles(names: ReadonlySet<string>, place: string): string[] {
  const weights = names.has(WEIGHTS) ? [WEIGHTS] : [...names].filter((name) => SHARD.test(name));
  return [...smallFiles(names, place), ...weights];
}

const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/;

/**
 * The files that hold the weights.
 * @param index  the text of model.safetensors.index.json; null where there is none, and the weights are one file.
 * @throws SyntaxError if the index is not one; RangeError if it names a file that is not there.
 */
export function weightFiles(names: ReadonlySet<string>, index: string | null): string[] {
  if (index === null || names.has(WEIGHTS)) return [WEIGHTS];
  const shards = shardsOf(index);
  const missing = shards.find((name) => !names.has(name));
  if (missing !== undefined) {
    throw new RangeError(`${WEIGHTS_INDEX} names ${missing}, which is not there`);
  }
  return shards;
}

/** In the order of their names, which number them: "model-00001-of-00003.safetensors". */
function shardsOf(index: string): string[] {
  let map: unknown;
  try {
    map = (JSON.parse(index) as { weight_map?: unknown } | null)?.weight_map;
  } catch (error) {
    throw new SyntaxError(`${WEIGHTS_INDEX} is not JSON: ${String(error)}`, { cause: error });
  }
  const files = typeof map === "object" && map !== null ? Object.values(map) : [];
  const isFile = (file: unknown) => typeof file === "string" && /^[\w.-]+\.safetensors$/.test(file);
  if (files.length === 0 || !files.every(isFile)) {
    throw new SyntaxError(`${WEIGHTS_INDEX} has no weight_map from tensors to .safetensors files`);
  }
  return [...new Set(files as string[])].sort();
}
