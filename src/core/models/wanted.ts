/** Which files of a folder or a repository make the model that a study can be of, by what the model is. */
import { type Gpt2Config, readGpt2Config } from "../gpt2/config";
import { CONFIG, expectedFiles, smallFiles, weightFiles } from "./layout";
import { type ModelKind, modelKind, onnxFiles, onnxWeights, readOnnxConfig } from "./onnx-layout";

export interface WantedFiles {
  readonly kind: ModelKind;
  /** Shape of a GPT-2; null for a model in ONNX. */
  readonly model: Gpt2Config | null;
  /** What is read before the weights. */
  readonly small: readonly string[];
  /** What loading brings, before an index was read that says it exactly. */
  readonly expected: readonly string[];
  /** @param index  the text of model.safetensors.index.json, where `small` has it. @throws as `weightFiles`. */
  readonly weights: (index: string | null) => readonly string[];
}

/**
 * Refuses what is no model by the names of its files alone, before anything is loaded.
 * @throws RangeError naming what is missing.
 */
export function requireModel(names: ReadonlySet<string>, place: string): void {
  if (onnxWeights(names) === null || !names.has(CONFIG)) smallFiles(names, place);
}

/**
 * @param config  the text of config.json.
 * @throws RangeError or SyntaxError if files are missing, or config.json describes no model that can be run; both say which.
 */
export function wantedFiles(
  names: ReadonlySet<string>,
  config: string,
  place: string,
): WantedFiles {
  if (modelKind(names, config) === "gpt2") {
    const small = smallFiles(names, place);
    const expected = expectedFiles(names, place);
    const weights = (index: string | null) => weightFiles(names, index);
    return { kind: "gpt2", model: readGpt2Config(config), small, expected, weights };
  }
  readOnnxConfig(config);
  const expected = onnxFiles(names, place);
  const weights = expected.slice(-1);
  return {
    kind: "onnx",
    model: null,
    small: expected.slice(0, -1),
    expected,
    weights: () => weights,
  };
}
