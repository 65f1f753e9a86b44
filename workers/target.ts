/** The files of the model that a study is of: the demo's from the site, a kept one's from the browser, checked again. */
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readPeft } from "../src/core/adapter/peft";
import type { ModelFile, ModelOrigin } from "../src/core/models/origin";
import { targetName } from "../src/core/models/target";
import { Sha256 } from "../src/core/sha256";
import { fetchFiles } from "../src/engine/encoder/fetch-files";
import type { ModelFiles } from "../src/engine/gpt2/load";
import { type Database, openDatabase } from "../src/storage/db";
import { modelFolder } from "../src/storage/model-files";
import { getModel } from "../src/storage/models";

/**
 * @param demoModel  address of the demo model's folder.
 * @throws RangeError if the model is not in this browser; Error naming a file that is not what was kept.
 */
export async function openTarget(
  target: string,
  demoModel: string,
  signal: AbortSignal,
): Promise<ModelFiles> {
  if (target === "demo") return { name: "steadfast-mini", ...fetchFiles(demoModel, { signal }) };
  const row = await withDatabase((db) => getModel(db, target));
  if (!row?.origin) {
    throw new RangeError(
      `${targetName(target)} is not in this browser: load it in Set-up, under “Target model”`,
    );
  }
  const folder = modelFolder(target);
  for (const file of row.origin.files) await verify(folder.read(file.name), file, signal);
  if (row.base !== undefined) {
    const base = await openTarget(row.base, demoModel, signal);
    return withAdapter(base, row.name, row.origin, (file) => wholeOf(folder.read(file)));
  }
  return {
    name: row.name,
    names: new Set(row.origin.files.map(({ name }) => name)),
    origin: row.origin,
    read: (file) => wholeOf(folder.read(file)),
    stream: (file) => folder.read(file),
  };
}

/** A target that is an adapter: the model below it, with the adapter to be folded into its weights. */
async function withAdapter(
  base: ModelFiles,
  name: string,
  origin: ModelOrigin,
  read: (file: string) => Promise<Uint8Array>,
): Promise<ModelFiles> {
  const config = new TextDecoder().decode(await read(ADAPTER_CONFIG));
  const adapter = readPeft(config, await read(ADAPTER_WEIGHTS));
  const files = [...origin.files, ...(base.origin?.files ?? [])];
  const adapters = [...(base.adapters ?? []), adapter];
  return { ...base, name, origin: { ...origin, files }, adapters };
}

/** The browser may lose or a crash tear what lies on disk, and sizes do not show it. */
async function verify(
  pieces: AsyncIterable<Uint8Array>,
  { name, sha256 }: ModelFile,
  signal: AbortSignal,
): Promise<void> {
  const hash = new Sha256();
  for await (const piece of pieces) {
    signal.throwIfAborted();
    hash.update(piece);
  }
  if (hash.hex() === sha256) return;
  throw new Error(
    `${name} is not as it was kept in this browser: its checksum differs. Delete the model on the storage page and load it again.`,
  );
}

async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) parts.push(piece as Uint8Array<ArrayBuffer>);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function withDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase();
  try {
    return await work(db);
  } finally {
    db.close();
  }
}
