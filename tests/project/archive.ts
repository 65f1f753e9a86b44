/** Archives in memory, for tests of projects. */
import { createHash } from "node:crypto";
import type { ProjectItem, RunExtent } from "../../src/core/format/project/items";
import type { ByteDigest } from "../../src/core/format/project/manifest";
import { writeProject } from "../../src/core/format/project/project";
import type { ByteSource } from "../../src/core/format/project/zip-reader";

export const byteDigest: ByteDigest = async (bytes) =>
  createHash("sha256").update(bytes).digest("hex");

export function sourceOf(bytes: Uint8Array, name = "project.zip"): ByteSource {
  return { name, size: bytes.length, read: async (start, end) => bytes.slice(start, end) };
}

export async function archiveOf(
  items: Iterable<ProjectItem> | AsyncIterable<ProjectItem>,
  extent: RunExtent = { adapters: true, checkpoints: true },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const all = (async function* () {
    yield* items;
  })();
  for await (const chunk of writeProject(all, { createdAt: 1, ...extent }, byteDigest)) {
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
