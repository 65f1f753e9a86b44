/**
 * A checkpoint as bytes: chunks of its tensors first, and last the manifest that proves them. What is read is handed
 * out only once every size and hash has been found right.
 */
import type { Checkpoint, CheckpointTensor } from "../study/checkpoint";
import {
  CheckpointError,
  CHUNK_BYTES,
  endOf,
  type ManifestChunk,
  type ManifestTensor,
  placeTensors,
  readCheckpointManifest,
  writeCheckpointManifest,
} from "./checkpoint-manifest";
import type { ByteDigest } from "./project/manifest";

export { CheckpointError };

export interface SavedCheckpoint {
  /** ms since the epoch. */
  readonly savedAt: number;
  readonly checkpoint: Checkpoint;
}

/**
 * Writes the chunks in their order, one in memory at a time.
 *
 * @param savedAt    ms since the epoch.
 * @param saveChunk  stores a chunk; it is not touched again.
 * @returns the manifest. It makes the chunks a checkpoint, so it is to be stored after all of them.
 * @throws RangeError if a tensor's shape and values disagree, or the state holds what JSON does not; what saveChunk throws.
 */
export async function writeCheckpoint(
  { phase, step, state, tensors }: Checkpoint,
  savedAt: number,
  digest: ByteDigest,
  saveChunk: (index: number, bytes: Uint8Array) => Promise<void>,
): Promise<Uint8Array> {
  const placed = placeTensors(tensors);
  const total = placed.length === 0 ? 0 : endOf(placed.at(-1)!);
  const chunks: ManifestChunk[] = [];
  for (let start = 0; start < total; start += CHUNK_BYTES) {
    const bytes = new Uint8Array(Math.min(CHUNK_BYTES, total - start));
    for (const tensor of placed) {
      overlap(tensor, tensors[tensor.name]!.values, start, bytes, (own, there) => there.set(own));
    }
    chunks.push({ bytes: bytes.length, sha256: await digest(bytes) });
    await saveChunk(chunks.length - 1, bytes);
  }
  const content = { savedAt, phase, step, state, tensors: placed, chunks };
  return writeCheckpointManifest(content, digest);
}

/**
 * @param readChunk  the stored chunk; null if there is none.
 * @throws CheckpointError if anything is missing, cut or changed.
 */
export async function readCheckpoint(
  manifest: Uint8Array,
  digest: ByteDigest,
  readChunk: (index: number) => Promise<Uint8Array | null>,
): Promise<SavedCheckpoint> {
  const content = await readCheckpointManifest(manifest, digest);
  const tensors = new Map<string, CheckpointTensor>();
  for (const tensor of content.tensors) {
    const values = new Float32Array((endOf(tensor) - tensor.offset) / 4);
    tensors.set(tensor.name, { shape: tensor.shape, values });
  }
  for (const [index, chunk] of content.chunks.entries()) {
    const bytes = await provenChunk(index, chunk, digest, readChunk);
    for (const tensor of content.tensors) {
      const { values } = tensors.get(tensor.name)!;
      overlap(tensor, values, index * CHUNK_BYTES, bytes, (own, there) => own.set(there));
    }
  }
  const { savedAt, phase, step, state } = content;
  const checkpoint = { phase, step, state, tensors: Object.fromEntries(tensors) };
  return { savedAt, checkpoint };
}

async function provenChunk(
  index: number,
  { bytes: size, sha256 }: ManifestChunk,
  digest: ByteDigest,
  readChunk: (index: number) => Promise<Uint8Array | null>,
): Promise<Uint8Array> {
  const bytes = await readChunk(index);
  if (bytes === null) throw new CheckpointError(`chunk ${index} of the checkpoint is missing`);
  if (bytes.length !== size) {
    throw new CheckpointError(
      `chunk ${index} of the checkpoint has ${bytes.length} bytes in place of ${size}`,
    );
  }
  if ((await digest(bytes)) !== sha256) {
    throw new CheckpointError(`chunk ${index} of the checkpoint does not fit its hash`);
  }
  return bytes;
}

/** The bytes that a tensor and a chunk have in common, in each of them; nothing where they have none. */
function overlap(
  tensor: ManifestTensor,
  values: Float32Array,
  start: number,
  chunk: Uint8Array,
  use: (ofTensor: Uint8Array, ofChunk: Uint8Array) => void,
): void {
  const from = Math.max(tensor.offset, start);
  const to = Math.min(endOf(tensor), start + chunk.length);
  if (from >= to) return;
  const own = new Uint8Array(values.buffer, values.byteOffset + from - tensor.offset, to - from);
  use(own, chunk.subarray(from - start, to - start));
}
