/** The files of a model in ONNX that reads text, in the hub's layout. */
import { type EncoderFiles, MissingFileError } from "./files";
import type { ModelBundle } from "./onnx-runtime";

const FULL = "onnx/model.onnx";
const QUANTIZED = "onnx/model_quantized.onnx";
const NEEDED =
  "A model in ONNX needs config.json, tokenizer.json, tokenizer_config.json and " +
  `${FULL} or ${QUANTIZED}.`;

type Bytes = Uint8Array<ArrayBuffer>;
type Json = Readonly<Record<string, unknown>>;

export interface OnnxFiles {
  readonly bundle: ModelBundle;
  readonly onnx: Bytes;
  /** Whether only weights in 8 bits are there: other vectors come out. */
  readonly quantized: boolean;
}

/**
 * Reads what a model is made of, small files first: a place that is none is refused before a download.
 * Texts are cut at sentence-transformers' `max_seq_length` where the model says it, else at the tokenizer's length.
 *
 * @param place  for messages: the folder, or the model and its host.
 * @throws Error naming the file that is missing or wrong, and what is needed.
 */
export async function readOnnxFiles(files: EncoderFiles, place: string): Promise<OnnxFiles> {
  const config = await required(files, "config.json", place);
  parse(config, "config.json", place);
  await refuseOtherPooling(files, place);
  const tokenizer = await required(files, "tokenizer.json", place);
  parse(tokenizer, "tokenizer.json", place);
  const tokenizerConfig = await readTokenizerConfig(files, place);
  const full = await optional(files, FULL);
  const onnx = full ?? (await required(files, QUANTIZED, place, `${FULL} and no ${QUANTIZED}`));
  const bundle = new Map([
    ["config.json", config],
    ["tokenizer.json", tokenizer],
    ["tokenizer_config.json", tokenizerConfig],
    [full ? FULL : QUANTIZED, onnx],
  ]);
  return { bundle, onnx, quantized: full === null };
}

/** The vectors would be wrong without a word: a model trained for the first token's vector isn't one for their mean. */
async function refuseOtherPooling(files: EncoderFiles, place: string): Promise<void> {
  const file = "1_Pooling/config.json";
  const bytes = await optional(files, file);
  if (bytes === null || parse(bytes, file, place)["pooling_mode_mean_tokens"] !== false) return;
  throw new Error(
    `${place} doesn't take the mean over tokens (its ${file} says so), which is all that Steadfast computes: choose another encoder`,
  );
}

async function readTokenizerConfig(files: EncoderFiles, place: string): Promise<Bytes> {
  const name = "tokenizer_config.json";
  const bytes = await required(files, name, place);
  const config = parse(bytes, name, place);
  const limits = await optional(files, "sentence_bert_config.json");
  const limit = limits && parse(limits, "sentence_bert_config.json", place)["max_seq_length"];
  if (typeof limit !== "number") return bytes;
  return new TextEncoder().encode(JSON.stringify({ ...config, model_max_length: limit }));
}

async function optional(files: EncoderFiles, file: string): Promise<Bytes | null> {
  try {
    return await files.read(file);
  } catch (error) {
    if (error instanceof MissingFileError) return null;
    throw error;
  }
}

async function required(
  files: EncoderFiles,
  file: string,
  place: string,
  named = file,
): Promise<Bytes> {
  const bytes = await optional(files, file);
  if (bytes === null) throw new Error(`${place} has no ${named}. ${NEEDED}`);
  return bytes;
}

function parse(bytes: Bytes, file: string, place: string): Json {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text) as Json;
  } catch {
    // A host that answers every address with its start page sends HTML and no error.
    throw new Error(`${place}: ${file} is not JSON (it starts "${text.slice(0, 20)}"). ${NEEDED}`);
  }
}
