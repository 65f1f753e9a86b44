/** Loads a GPT-2 from a folder in the hub's layout, wherever it lies. */
import type { AdapterWeights } from "../../core/adapter/peft";
import { readGpt2Config } from "../../core/gpt2/config";
import { CONFIG, WEIGHTS, WEIGHTS_INDEX, weightFiles } from "../../core/models/layout";
import type { ModelOrigin } from "../../core/models/origin";
import { Gpt2 } from "./model";
import { readGpt2Weights } from "./weights";

export interface ModelFiles {
  /** What to call the model: `gpt2`, `steadfast-mini`. */
  readonly name: string;
  /** The files that there are, where that is known. Absent: config.json, one file of weights, and a tokenizer.json. */
  readonly names?: ReadonlySet<string>;
  /** Where they came from, with their checksums; absent where nobody looked. */
  readonly origin?: ModelOrigin;
  /** Folded into the weights as they are loaded, in this order; absent for a model as it is. */
  readonly adapters?: readonly AdapterWeights[];
  /** A file of the folder, whole. Rejects, naming the file, if it is not there. */
  read(file: string): Promise<Uint8Array>;
  /** A file in pieces, front to back, so that a large one is never held whole. Absent: `read` gives it. */
  stream?(file: string): AsyncIterable<Uint8Array>;
}

/** Reads config.json and the weights, of one file or several, onto the current backend. The caller owns the model and disposes it. */
export async function loadGpt2(files: ModelFiles): Promise<Gpt2> {
  const text = async (file: string) => new TextDecoder().decode(await files.read(file));
  const config = readGpt2Config(await text(CONFIG));
  const { names } = files;
  const isSharded = names?.has(WEIGHTS_INDEX) && !names.has(WEIGHTS);
  const weights = isSharded ? weightFiles(names!, await text(WEIGHTS_INDEX)) : [WEIGHTS];
  const parts = weights.map((file) => ({
    file,
    open: () => files.stream?.(file) ?? whole(files, file),
  }));
  return new Gpt2(files.name, config, await readGpt2Weights(parts, config));
}

async function* whole(files: ModelFiles, file: string): AsyncGenerator<Uint8Array> {
  yield await files.read(file);
}
