/** Loads a GPT-2 from a folder in the hub's layout, wherever it lies. */
import { readGpt2Config } from "./config";
import { Gpt2 } from "./model";
import { readGpt2Weights } from "./weights";

export interface ModelFiles {
  /** What to call the model: `gpt2`, `steadfast-mini`. */
  readonly name: string;
  /** A file of the folder, whole. Rejects, naming the file, if it is not there. */
  read(file: string): Promise<Uint8Array>;
}

/** Reads config.json and model.safetensors onto the current backend. The caller owns the model and disposes it. */
export async function loadGpt2(files: ModelFiles): Promise<Gpt2> {
  const config = readGpt2Config(new TextDecoder().decode(await files.read("config.json")));
  return new Gpt2(
    files.name,
    config,
    readGpt2Weights(await files.read("model.safetensors"), config),
  );
}
