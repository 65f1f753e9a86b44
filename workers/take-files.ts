/** Files of this computer as a model: checked, hashed, and copied into the browser. */
import { CONFIG, WEIGHTS_INDEX } from "../src/core/models/layout";
import { type ModelFile, bytesOf, checksumOf } from "../src/core/models/origin";
import { filesTarget } from "../src/core/models/target";
import { requireModel, wantedFiles } from "../src/core/models/wanted";
import { Sha256 } from "../src/core/sha256";
import type { LoadProgress, NamedFile } from "../src/protocol/models";
import type { Database } from "../src/storage/db";
import { modelFolder, piecesOf } from "../src/storage/model-files";
import { getModel, putModel } from "../src/storage/models";

interface Options {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly requireRoom: (bytes: number) => Promise<void>;
}

/**
 * Reads each file twice: for its checksum, which names the model, and to copy it.
 * @throws RangeError or SyntaxError if they are no model, naming the file: nothing is kept then.
 */
export async function takeFiles(
  db: Database,
  name: string,
  given: readonly NamedFile[],
  { signal, onProgress, requireRoom }: Options,
): Promise<{ id: string }> {
  const files = new Map(given.map(({ name, file }) => [name, file]));
  const names = new Set(files.keys());
  requireModel(names, `“${name}”`);
  const config = await files.get(CONFIG)!.text();
  const { kind, small, weights } = wantedFiles(names, config, `“${name}”`);
  const index = small.includes(WEIGHTS_INDEX) ? await files.get(WEIGHTS_INDEX)!.text() : null;
  const wanted = [...small, ...weights(index)].map((name) => ({
    name,
    file: files.get(name)!,
  }));
  const each = eachPiece(wanted, signal, onProgress);

  const hashed: ModelFile[] = [];
  for (const { name, file } of wanted) {
    const hash = new Sha256();
    await each(name, file, async (piece) => void hash.update(piece));
    hashed.push({ name, bytes: file.size, sha256: hash.hex() });
  }
  const id = filesTarget(name, checksumOf(hashed));
  if ((await getModel(db, id))?.origin) return { id };

  const bytes = bytesOf({ files: hashed });
  await requireRoom(bytes);
  const row = { id, name, kind, host: null, bytes, config, origin: null, at: Date.now() };
  await putModel(db, row);
  const folder = modelFolder(id);
  for (const { name, file } of wanted) {
    const writer = await folder.append(name, 0);
    try {
      await each(name, file, (piece) => writer.write(piece));
    } finally {
      await writer.close();
    }
  }
  const origin = { source: `files on this computer: ${name}`, revision: null, files: hashed };
  await putModel(db, { ...row, origin });
  return { id };
}

/** Goes through a file, and tells how much of reading all of them twice is done. */
function eachPiece(
  wanted: readonly NamedFile[],
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
) {
  const allTotal = 2 * wanted.reduce((sum, { file }) => sum + file.size, 0);
  let allDone = 0;
  return async (name: string, file: File, use: (piece: Uint8Array) => Promise<void>) => {
    let done = 0;
    for await (const piece of piecesOf(file)) {
      signal.throwIfAborted();
      await use(piece);
      done += piece.length;
      allDone += piece.length;
      onProgress({ file: name, done, total: file.size, allDone, allTotal });
    }
  };
}
