/** Files of the disk for the import. */
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { blobSource } from "../clients/import-source";
import { InputError } from "../core/format/input-error";
import { type Imported, type ImportOptions, readImport } from "../core/import/import";
import { IMPORT_LIMITS } from "../core/import/limits";
import { UsageError } from "./errors";

/** @throws UsageError if there is no such file, InputError for what `readImport` refuses. */
export async function importFile(path: string, options: ImportOptions = {}): Promise<Imported> {
  return readImport(blobSource(await blobOf(path), basename(path)), options);
}

async function blobOf(path: string): Promise<Blob> {
  try {
    if ((await stat(path)).size <= IMPORT_LIMITS.bytes) return new Blob([await readFile(path)]);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
  const problem = `the file is larger than ${IMPORT_LIMITS.bytes >> 20} MiB`;
  throw new InputError({ file: basename(path) }, problem, "Import it in parts.");
}
