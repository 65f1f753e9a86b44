/** A model with an adapter folded into its weights, as a safetensors file of float32. */
import type { AdapterWeights } from "../../core/adapter/peft";
import { writeHeader } from "../../core/format/safetensors";
import type { Gpt2 } from "../gpt2/model";
import { importAdapter } from "./attach";
import { mergeAdapter } from "./merge";

/** As transformers names a language model's weights; readers take them with and without. */
const PREFIX = "transformer.";

/**
 * Changes the model's weights: W ← W + s·(B·A)ᵀ. With null they stay as they are.
 * @throws RangeError if the adapter does not fit the model.
 */
export function foldIn(model: Gpt2, weights: AdapterWeights | null): void {
  if (weights === null) return;
  const adapter = importAdapter(model, weights);
  try {
    mergeAdapter(model, adapter);
  } finally {
    adapter.dispose();
  }
}

/** The file in pieces, a tensor at a time: no second copy of the model is held. */
export async function* safetensorsOf(model: Gpt2): AsyncGenerator<Uint8Array> {
  const parameters = [...model.namedParameters()];
  yield writeHeader(parameters.map(([name, { shape }]) => ({ name: PREFIX + name, shape })));
  for (const [, variable] of parameters) {
    const values = await variable.data<"float32">();
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  }
}
