import { open, rename } from "node:fs/promises";

/**
 * Writes a file so that it is there whole or not at all, and on disk when the promise resolves: under another name in the
 * same file system first, then renamed. What was there before is replaced in that moment.
 *
 * @param part  the other name; what an earlier process left there is written over.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  part: string,
): Promise<void> {
  const file = await open(part, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}
