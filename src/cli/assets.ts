/** Where the files of the app lie, for commands that run without a browser. */
import { createReadStream, existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import type { ModelFiles } from "../engine/gpt2/load";
import { loadUseLite } from "../engine/encoder/encoder";
import { loadOnnxEncoder, type OnnxSource } from "../engine/encoder/onnx-encoder";
import { loadOnnxInference } from "../engine/inference/onnx-inference";
import { cached } from "../core/encode/cached";
import { BUILT_IN_ENCODER, type Encoder } from "../core/encode/encoder";
import type { InferenceModel } from "../core/measures/contradictions";
import { messageOf } from "../core/message-of";
import { folderFiles, useLiteFiles } from "./encoder-files";
import { UsageError } from "./errors";
import { threadedUseLite } from "./threaded-encoder";

const root = projectRoot(dirname(fileURLToPath(import.meta.url)));

/** Bytes of a large file that are read at once. */
const PIECE = 2 ** 20;

export const demoFolder = join(root, "public", "demo");

/** The files of a folder in the hub's layout, read as they are asked for. */
export function modelFiles(target: string, relativeTo = "."): ModelFiles {
  const folder = target === "demo" ? join(demoFolder, "model") : resolve(relativeTo, target);
  if (!existsSync(join(folder, "config.json"))) {
    throw new UsageError(
      `${folder} is no model: it has no config.json. Name a folder with config.json, model.safetensors and tokenizer.json, or hub:owner/name for one of a hub.`,
    );
  }
  return {
    name: target === "demo" ? "steadfast-mini" : folder,
    names: new Set([
      ...namesIn(folder),
      ...namesIn(join(folder, "onnx")).map((name) => `onnx/${name}`),
    ]),
    async read(file) {
      return readFile(join(folder, file)).catch(unreadable(file));
    },
    async *stream(file) {
      const stream = createReadStream(join(folder, file), { highWaterMark: PIECE });
      try {
        yield* stream as AsyncIterable<Uint8Array>;
      } catch (error) {
        unreadable(file)(error);
      }
    },
  };

  function unreadable(file: string): (error: unknown) => never {
    return (error) => {
      throw new UsageError(
        `can't read ${file} of the model in ${folder} (${(error as Error).message}). A model needs config.json, model.safetensors, tokenizer.json and tokenizer_config.json.`,
      );
    };
  }
}

const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

/**
 * @param choice  "use-lite", or the folder of a sentence encoder in ONNX.
 * @throws UsageError naming what the folder lacks.
 */
export async function loadEncoder(
  choice: string = BUILT_IN_ENCODER,
  relativeTo = ".",
): Promise<Encoder> {
  if (choice !== BUILT_IN_ENCODER) return cached(await loadFolder(resolve(relativeTo, choice)));
  // USE-lite runs on wasm alone, and tfjs has one backend a thread.
  return cached(
    tf.getBackend() === "wasm" ? await loadUseLite(useLiteFiles()) : await threadedUseLite(),
  );
}

async function loadFolder(folder: string): Promise<Encoder> {
  const remedy = `name that of a sentence encoder in ONNX, or "${BUILT_IN_ENCODER}"`;
  return fromFolder(folder, remedy, loadOnnxEncoder);
}

/**
 * @param choice  the folder of a cross-encoder of natural-language inference in ONNX.
 * @throws UsageError naming what the folder lacks.
 */
export async function loadInference(choice: string): Promise<InferenceModel> {
  const remedy = "name that of a cross-encoder of natural-language inference in ONNX";
  return fromFolder(resolve(choice), remedy, loadOnnxInference);
}

async function fromFolder<T>(
  folder: string,
  remedy: string,
  load: (source: OnnxSource) => Promise<T>,
): Promise<T> {
  if (!existsSync(folder)) {
    throw new UsageError(
      `there is no folder ${folder}: ${remedy}. ` +
        "From a hub only the page loads; docs/encoders.md tells which files to download.",
    );
  }
  try {
    return await load({
      name: basename(folder),
      revision: null,
      files: folderFiles(folder),
      place: folder,
      runtimeUrl: null,
    });
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

/**
 * The folder above that holds package.json: of the bundle in dist-cli/ as of the source.
 * @throws Error if the command lies outside the project, whose models and encoder it reads.
 */
function projectRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error("run the command from within Steadfast's own folder");
  return projectRoot(above);
}
