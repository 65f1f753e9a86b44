import { open, rename, rm, stat } from "node:fs/promises";

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
  await writePart(part, content);
  await rename(part, path);
}

/**
 * Writes texts by the names of their files, all of them or none: each is on disk under another name before the first
 * takes its own. What was there before is lost only once that is so.
 */
export async function writeAllWhole(files: Readonly<Record<string, string>>): Promise<void> {
  const parts: string[] = [];
  try {
    for (const [path, text] of Object.entries(files)) {
      await checkNoFolder(path);
      parts.push(`${path}.part`);
      await writePart(`${path}.part`, text);
    }
    for (const path of Object.keys(files)) await rename(`${path}.part`, path);
  } catch (error) {
    for (const part of parts) await rm(part, { force: true });
    throw error;
  }
}

async function writePart(part: string, content: string | Uint8Array): Promise<void> {
  const file = await open(part, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A folder of that name would let the rename fail when others are done. */
async function checkNoFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new Error(`${path} is a folder; name a file`);
}
