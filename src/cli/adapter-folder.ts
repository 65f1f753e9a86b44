import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AdapterWeights, readPeft } from "../core/adapter/peft";
import { UsageError, readingInput } from "./errors";

/** A LoRA adapter in PEFT's format. @throws UsageError naming the file that is missing or wrong. */
export async function readAdapter(folder: string): Promise<AdapterWeights> {
  const read = async (file: string) => {
    try {
      return await readFile(join(folder, file));
    } catch (error) {
      throw new UsageError(`cannot read the adapter in ${folder}: ${(error as Error).message}`);
    }
  };
  const config = (await read("adapter_config.json")).toString("utf8");
  const weights = await read("adapter_model.safetensors");
  return readingInput(() => readPeft(config, weights));
}
