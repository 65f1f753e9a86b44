/** The golden folder on disk. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FolderReader } from "./case";

export function diskFolder(path: string): FolderReader {
  return {
    text: (file) => readFile(join(path, file), "utf8"),
    bytes: async (file) => new Uint8Array(await readFile(join(path, file))),
    has: async (file) => existsSync(join(path, file)),
  };
}
