/** Which files of a repository make a language model in ONNX, in the hub's layout. */
import { CONFIG, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS, WEIGHTS_INDEX } from "./layout";

/** How a target is computed: by this app's own engine, which can train it, or as ONNX by transformers.js, which can't. */
export type ModelKind = "gpt2" | "onnx";

export interface OnnxWeights {
  readonly file: string;
  /** What transformers.js calls the numbers in it. */
  readonly dtype: "fp32" | "q8" | "q4";
}

/** The first that is there is taken. */
const WEIGHT_FILES: readonly OnnxWeights[] = [
  { file: "onnx/model.onnx", dtype: "fp32" },
  { file: "onnx/model_quantized.onnx", dtype: "q8" },
  { file: "onnx/model_q4.onnx", dtype: "q4" },
];

/** Says which tokens end an answer; not every model has it. */
const GENERATION_CONFIG = "generation_config.json";

/** Null where there are no weights in ONNX that can be read. */
export function onnxWeights(names: ReadonlySet<string>): OnnxWeights | null {
  return WEIGHT_FILES.find(({ file }) => names.has(file)) ?? null;
}

/**
 * What the files are: a GPT-2 with weights in safetensors is trained where it can be, even if ONNX lies beside them.
 * @param config  the text of config.json, checked or not: what is wrong with it its reader says.
 */
export function modelKind(names: ReadonlySet<string>, config: string): ModelKind {
  if (onnxWeights(names) === null) return "gpt2";
  const hasSafetensors = names.has(WEIGHTS) || names.has(WEIGHTS_INDEX);
  return hasSafetensors && modelType(config) === "gpt2" ? "gpt2" : "onnx";
}

/**
 * The files to read, the small ones first.
 * @param place  for messages: "Xenova/gpt2 at https://huggingface.co".
 * @throws RangeError naming what is missing, or weights in a second file, which are not read.
 */
export function onnxFiles(names: ReadonlySet<string>, place: string): string[] {
  const weights = onnxWeights(names);
  const needed = [CONFIG, TOKENIZER, TOKENIZER_CONFIG];
  const missing = needed.find((name) => !names.has(name));
  if (weights === null || missing !== undefined) {
    const files = WEIGHT_FILES.map(({ file }) => file).join(", ");
    throw new RangeError(
      `${place} has no ${missing ?? "weights in ONNX"}. A model in ONNX needs ${needed.join(", ")} and one of ${files}.`,
    );
  }
  const beside = `${weights.file}_data`;
  if (names.has(beside)) {
    throw new RangeError(
      `${place} keeps its weights in ${beside}, beside ${weights.file}, which is not read: take a model whose ONNX file holds them`,
    );
  }
  const optional = names.has(GENERATION_CONFIG) ? [GENERATION_CONFIG] : [];
  return [...needed, ...optional, weights.file];
}

export interface OnnxConfig {
  /** "gpt2", "llama", … */
  readonly modelType: string;
  /** Longest sequence, in tokens; null where the model does not say. */
  readonly positions: number | null;
}

/**
 * Reads config.json of a model in any architecture.
 * @throws SyntaxError if it is no JSON object, or names no architecture.
 */
export function readOnnxConfig(text: string): OnnxConfig {
  const config = parsed(text);
  const type = config?.["model_type"];
  if (typeof type !== "string") {
    throw new SyntaxError(
      `${CONFIG} is not a model's: it is no JSON object with a model_type (it starts "${text.slice(0, 20)}")`,
    );
  }
  const lengths = [config!["max_position_embeddings"], config!["n_positions"]];
  const positions = lengths.find((one) => typeof one === "number" && Number.isInteger(one));
  return { modelType: type, positions: (positions as number | undefined) ?? null };
}

function modelType(config: string): unknown {
  return parsed(config)?.["model_type"];
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
