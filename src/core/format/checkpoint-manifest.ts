/** What a checkpoint says it holds: tensors by name, shape and place, chunks by size and hash, and a hash of all this. */
import * as v from "valibot";
import { strFromU8, strToU8 } from "fflate";
import { canonicalJson } from "../annotation/canonical-json";
import { messageOf } from "../message-of";
import type { Checkpoint, Json } from "../study/checkpoint";
import type { ByteDigest } from "./project/manifest";

export const CHECKPOINT_FORMAT = "steadfast-checkpoint";
export const CHECKPOINT_VERSION = 1;

/** Bytes of every chunk but the last: whole float32 values, and little enough for one row of a database. */
export const CHUNK_BYTES = 8_000_000;
/** Bytes of all tensors together; a hostile manifest may not ask for more memory. */
const MOST_BYTES = 1 << 30;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** It cannot be proved whole, so nothing of it is used. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "it is no SHA-256"));

const json = v.custom<Json>(isJson, "it holds what JSON does not");

const Manifest = v.strictObject({
  format: v.literal(CHECKPOINT_FORMAT),
  version: v.literal(CHECKPOINT_VERSION),
  /** ms since the epoch. */
  savedAt: v.pipe(v.number(), v.finite()),
  phase: v.strictObject({ kind: v.picklist(["lora", "ppo"]), cycle: count }),
  step: count,
  state: json,
  /** float32, little-endian, one after another; `offset` in bytes from the first chunk's start. */
  tensors: v.array(v.strictObject({ name: v.string(), shape: v.array(count), offset: count })),
  chunks: v.array(v.strictObject({ bytes: count, sha256: hash })),
  /** Of everything above as canonical JSON. */
  checksum: hash,
});
type Manifest = v.InferOutput<typeof Manifest>;
export type ManifestChunk = Manifest["chunks"][number];
export type ManifestTensor = Manifest["tensors"][number];

export interface CheckpointContent extends Omit<Checkpoint, "tensors"> {
  /** ms since the epoch. */
  readonly savedAt: number;
  readonly tensors: readonly ManifestTensor[];
  readonly chunks: readonly ManifestChunk[];
}

/** Where each tensor lies, in the order of their names. @throws RangeError if they are larger than can be read again. */
export function placeTensors(tensors: Checkpoint["tensors"]): ManifestTensor[] {
  let offset = 0;
  const placed = Object.keys(tensors)
    .sort()
    .map((name) => {
      const { shape, values } = tensors[name]!;
      if (elements(shape) !== values.length) {
        throw new RangeError(`${name} has shape [${shape.join(", ")}] but ${values.length} values`);
      }
      const tensor = { name, shape: [...shape], offset };
      offset += values.byteLength;
      return tensor;
    });
  if (offset > MOST_BYTES) {
    throw new RangeError(
      `the checkpoint's tensors take ${Math.ceil(offset / 1e6)} MB, and ${Math.floor(MOST_BYTES / 1e6)} MB can be read again; lower adapter.rank`,
    );
  }
  return placed;
}

export const endOf = ({ shape, offset }: ManifestTensor) => offset + FLOAT * elements(shape);

/** @throws RangeError if the state is not what JSON holds: the manifest could not be read again. */
export async function writeCheckpointManifest(
  { savedAt, phase, step, state, tensors, chunks }: CheckpointContent,
  digest: ByteDigest,
): Promise<Uint8Array> {
  const head = { format: CHECKPOINT_FORMAT, version: CHECKPOINT_VERSION, savedAt };
  const body = { ...head, phase, step, state, tensors, chunks };
  const manifest = { ...body, checksum: await digest(strToU8(canonicalJson(body))) };
  const checked = v.safeParse(Manifest, manifest);
  if (checked.success) return strToU8(canonicalJson(manifest));
  const [issue] = checked.issues;
  throw new RangeError(`the checkpoint's ${v.getDotPath(issue) ?? "manifest"}: ${issue.message}`);
}

/** @throws CheckpointError for another format, a newer version, a byte that was changed, or places that cannot be. */
export async function readCheckpointManifest(
  bytes: Uint8Array,
  digest: ByteDigest,
): Promise<CheckpointContent> {
  const value = parse(bytes);
  const head = check(
    v.looseObject({ format: v.literal(CHECKPOINT_FORMAT), version: count }),
    value,
  );
  if (head.version > CHECKPOINT_VERSION) {
    throw new CheckpointError(
      `the checkpoint's version is ${head.version}, newer than this program's ${CHECKPOINT_VERSION}; reload the page`,
    );
  }
  const { checksum, ...body } = check(Manifest, value);
  // Other bytes may spell the same values; they were not written here.
  const isAsWritten = isEqual(bytes, strToU8(canonicalJson(value)));
  if (!isAsWritten || (await digest(strToU8(canonicalJson(body)))) !== checksum) {
    throw new CheckpointError("the checkpoint's manifest does not fit its checksum");
  }
  checkPlaces(body);
  const { savedAt, phase, step, state, tensors, chunks } = body;
  return { savedAt, phase, step, state, tensors, chunks };
}

/** Tensors lie one after another, and chunks are as many and as large as they need. */
function checkPlaces({ tensors, chunks }: Pick<CheckpointContent, "tensors" | "chunks">): void {
  let end = 0;
  for (const tensor of tensors) {
    if (tensor.offset !== end) throw new CheckpointError(`${tensor.name} is out of place`);
    end = endOf(tensor);
    if (!(end <= MOST_BYTES)) throw new CheckpointError(`${tensor.name} is too large`);
  }
  const wanted = Math.ceil(end / CHUNK_BYTES);
  if (chunks.length !== wanted) {
    throw new CheckpointError(`there are ${chunks.length} chunks in place of ${wanted}`);
  }
  chunks.forEach(({ bytes }, i) => {
    const size = Math.min(CHUNK_BYTES, end - i * CHUNK_BYTES);
    if (bytes !== size) {
      throw new CheckpointError(
        `chunk ${i} should have ${size} bytes and is said to have ${bytes}`,
      );
    }
  });
  const names = new Set(tensors.map(({ name }) => name));
  if (names.size !== tensors.length) throw new CheckpointError("two tensors have one name");
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strFromU8(bytes), (key, value: unknown) => {
      if (key in Object.prototype) throw new SyntaxError(`“${key}” is no name of a field`);
      return value;
    });
  } catch (error) {
    throw new CheckpointError(`the checkpoint's manifest is no JSON: ${messageOf(error)}`); // too deep a nest, too
  }
}

function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new CheckpointError(
    `the checkpoint's manifest: ${v.getDotPath(issue) ?? "value"}: ${issue.message}`,
  );
}

function isJson(value: unknown): value is Json {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  return value === null || Object.values(value).every(isJson);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
