/** What an archive says it holds: every file with its size and hash, and a hash of this list itself. */
import * as v from "valibot";
import { InputError } from "../input-error";
import { refuseNewer } from "../newer-version";
import { AS_EXPORTED, readRecord, writeRecord } from "./record-json";

export const PROJECT_FORMAT = "steadfast-project";
/** 2 has drafts; 1 is read as it is. */
export const PROJECT_VERSION = 2;
export const MANIFEST = "manifest.json";

/** SHA-256 of bytes in lower-case hex. The caller brings it: core has neither DOM nor Node. */
export type ByteDigest = (bytes: Uint8Array) => Promise<string>;

/** Everything else is refused: "..", absolute and unknown paths, other folders, other endings. */
const PATH =
  /^(?:settings\.json|(?:corpora|tasks|decisions|replies|drafts)\/[0-9]{1,6}\.json|runs\/[0-9]{1,6}\/(?:run\.json|adapters\/[0-9]{1,6}-(?:lora|ppo)\/(?:adapter_config\.json|adapter_model\.safetensors)|checkpoints\/[0-9]{1,9}\/(?:manifest\.json|[0-9]{1,4}\.bin)))$/;

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "it is no SHA-256"));
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));

const Manifest = v.strictObject({
  format: v.literal(PROJECT_FORMAT),
  version: v.picklist([1, PROJECT_VERSION]),
  /** ms since the epoch. */
  createdAt: v.pipe(v.number(), v.finite()),
  /** Whether runs carry their adapters. */
  adapters: v.boolean(),
  /** Whether they carry their checkpoints; where it is missing, they don't. */
  checkpoints: v.exactOptional(v.boolean()),
  files: v.array(
    v.strictObject({
      path: v.pipe(v.string(), v.regex(PATH, "the path is none of a project")),
      bytes,
      sha256: hash,
    }),
  ),
  /** Of everything above as canonical JSON. */
  checksum: hash,
});
type Manifest = v.InferOutput<typeof Manifest>;
export type ManifestFile = Manifest["files"][number];
export type ManifestContent = Omit<Manifest, "format" | "version" | "checksum">;

export async function writeManifest(
  content: ManifestContent,
  digest: ByteDigest,
): Promise<Uint8Array> {
  const body = toBody(content);
  return writeRecord({ ...body, checksum: await digest(writeRecord(body)) });
}

/** @throws InputError for another format, a newer version, a broken field or path, or a checksum that doesn't fit. */
export async function readManifest(
  bytes: Uint8Array,
  file: string,
  digest: ByteDigest,
): Promise<ManifestContent> {
  const head = readRecord(
    bytes,
    v.looseObject({ format: v.literal(PROJECT_FORMAT), version: v.number() }),
    file,
  );
  refuseNewer(file, head.version, PROJECT_VERSION);
  const { checksum, ...body } = readRecord(bytes, Manifest, file);
  if ((await digest(writeRecord(body))) !== checksum) {
    const problem = "the checksum does not fit the list, so the archive was changed";
    throw new InputError({ file }, problem, AS_EXPORTED);
  }
  return body;
}

function toBody({ createdAt, adapters, checkpoints, files }: ManifestContent) {
  const extent = { adapters, ...(checkpoints && { checkpoints }) };
  return { format: PROJECT_FORMAT, version: PROJECT_VERSION, createdAt, ...extent, files };
}

/** One hash for several files, by their names within the item: two items are the same if it is. */
export async function itemDigest(
  files: readonly { readonly name: string; readonly sha256: string }[],
  digest: ByteDigest,
): Promise<string> {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return digest(writeRecord(sorted.map(({ name, sha256 }) => [name, sha256])));
}
