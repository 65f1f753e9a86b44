/** A model with an adapter folded into its weights, as the bytes of a safetensors file of float32. */
import type { AdapterWeights } from "../src/core/adapter/peft";
import { foldIn, safetensorsOf } from "../src/engine/adapter/merged";
import { type ModelFiles, loadGpt2 } from "../src/engine/gpt2/load";

/** @throws RangeError if an adapter does not fit the model; Error naming a file that a model in ONNX lacks. */
export async function mergedWeights(
  files: ModelFiles,
  adapter: AdapterWeights,
): Promise<Uint8Array<ArrayBuffer>> {
  const model = await loadGpt2(files);
  try {
    for (const one of [...(files.adapters ?? []), adapter]) foldIn(model, one);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const part of safetensorsOf(model)) parts.push(part as Uint8Array<ArrayBuffer>);
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  } finally {
    model.dispose();
  }
}
