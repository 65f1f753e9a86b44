/** Loads a GPT-2 from a folder in the hub's layout, wherever it lies. */
import { readGpt2Config } from "./config";
import { Gpt2 } from "./model";
import { readGpt2Weights } from "./weights";

export interface ModelFiles {
  /** What to call the model: `gpt2`, `steadfast-mini`. */
  readonly name: string;
  /** A file of the folder, whole. Rejects, naming the file, if it is not there. */
  read(file: string): Promise<Uint8Array>;
  /** A file in pieces, front to back, so that a large one is never held whole. Absent: `read` gives it. */
  stream?(file: string): AsyncIterable<Uint8Array>;
}

/** Reads config.json and model.safetensors onto the current backend. The caller owns the model and disposes it. */
export async function loadGpt2(files: ModelFiles): Promise<Gpt2> {
  const config = readGpt2Config(new TextDecoder().decode(await files.read("config.json")));
  const parts = files.stream?.(WEIGHTS) ?? whole(files);
  return new Gpt2(files.name, config, await readGpt2Weights(parts, config));
}

const WEIGHTS = "model.safetensors";

async function* whole(files: ModelFiles): AsyncGenerator<Uint8Array> {
  yield await files.read(WEIGHTS);
}
