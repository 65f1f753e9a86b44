/** Opens a target by what its files are: a GPT-2 of this app's own engine, or a language model in ONNX. */
import { CONFIG } from "../core/models/layout";
import { type ModelKind, modelKind } from "../core/models/onnx-layout";
import type { ModelFiles } from "./gpt2/load";
import { type OnnxPolicy, loadOnnxPolicy } from "./onnx-policy";
import { type Gpt2Policy, loadPolicy } from "./policy";

/** @throws as the loader of its kind, naming the file or the field. */
export async function loadTarget(
  files: ModelFiles,
  runtimeUrl: string | null,
): Promise<Gpt2Policy | OnnxPolicy> {
  return (await kindOf(files)) === "onnx" ? loadOnnxPolicy(files, runtimeUrl) : loadPolicy(files);
}

async function kindOf(files: ModelFiles): Promise<ModelKind> {
  if (!files.names) return "gpt2"; // the demo model
  return modelKind(files.names, new TextDecoder().decode(await files.read(CONFIG)));
}
