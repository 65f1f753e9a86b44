/** A whole project as one zip: written item by item, and believed only after every byte of it was verified. */
import { megabytes } from "../../megabytes";
import { InputError } from "../input-error";
import {
  type ItemKind,
  itemFolder,
  itemId,
  itemTitle,
  type ProjectItem,
  placeOf,
  type RunExtent,
  readItem,
  writeItem,
} from "./items";
import { LIMITS } from "./limits";
import {
  type ByteDigest,
  itemDigest,
  MANIFEST,
  type ManifestFile,
  readManifest,
  writeManifest,
} from "./manifest";
import { AS_EXPORTED } from "./record-json";
import { type ByteSource, readDirectory, readEntry, type ZipEntry } from "./zip-reader";
import { ZipWriter } from "./zip-writer";

export interface ProjectOptions extends RunExtent {
  /** ms since the epoch. */
  readonly createdAt: number;
}

/** What an archive has of an item; its content is read when it is wanted. */
export interface ArchivedItem {
  readonly kind: ItemKind;
  readonly id: string;
  readonly title: string;
  /** Equal to `digestOf` of an item with the same content. */
  readonly digest: string;
}

export interface ProjectArchive extends ProjectOptions {
  readonly items: readonly ArchivedItem[];
  /** Reads and verifies an item anew. @throws InputError if the file has changed since. */
  read(item: ArchivedItem): Promise<ProjectItem>;
}

/**
 * The bytes of an archive, piece by piece; one item is in memory at a time.
 * @throws RangeError if it would be larger than can be read again, naming the size and what to leave out.
 */
export async function* writeProject(
  items: AsyncIterable<ProjectItem>,
  options: ProjectOptions,
  digest: ByteDigest,
): AsyncGenerator<Uint8Array> {
  const zip = new ZipWriter();
  const counts = new Map<ItemKind, number>();
  const files: ManifestFile[] = [];
  let total = 0;
  for await (const item of items) {
    const n = (counts.get(item.kind) ?? 0) + 1;
    counts.set(item.kind, n);
    for (const { name, bytes } of writeItem(item)) {
      total += bytes.length;
      checkSize(item, bytes.length, total, files.length);
      const path = itemFolder(item.kind, n) + name;
      files.push({ path, bytes: bytes.length, sha256: await digest(bytes) });
      yield* zip.add(path, bytes);
    }
  }
  yield* zip.add(MANIFEST, await writeManifest({ ...options, files }, digest));
  yield* zip.end();
}

/** The hash of an item's files: two items are the same if it is. */
export async function digestOf(item: ProjectItem, digest: ByteDigest): Promise<string> {
  const files = await Promise.all(
    writeItem(item).map(async ({ name, bytes }) => ({ name, sha256: await digest(bytes) })),
  );
  return itemDigest(files, digest);
}

/**
 * Verifies an archive from its first byte to its last: bounds, paths, hashes, and every field of every record.
 * @throws InputError naming the archive and the entry that is wrong.
 */
export async function openProject(source: ByteSource, digest: ByteDigest): Promise<ProjectArchive> {
  const entries = new Map<string, ZipEntry>();
  for (const entry of await readDirectory(source)) {
    if (entries.has(entry.path)) throw failing(source, entry.path, "it is there twice");
    entries.set(entry.path, entry);
  }
  const {
    files,
    createdAt,
    adapters,
    checkpoints = false,
  } = await manifestOf(source, entries, digest);
  checkSame(source, entries, files);

  const parts = byFolder(files);
  const read = async (folder: string): Promise<ProjectItem> => {
    const { kind } = placeOf(parts.get(folder)![0]!.path);
    const contents = [];
    for (const file of parts.get(folder)!) {
      const bytes = await readEntry(source, entries.get(file.path)!);
      if ((await digest(bytes)) !== file.sha256) {
        throw failing(source, file.path, "its content does not fit its hash");
      }
      contents.push({ name: placeOf(file.path).name, bytes });
    }
    return readItem(kind, contents, (name) => `${source.name}: ${folder}${name}`, digest);
  };

  const folders = new Map<ArchivedItem, string>();
  const known = new Set<string>();
  for (const [folder, own] of parts) {
    const item = await read(folder);
    const id = itemId(item);
    if (known.has(`${item.kind} ${id}`)) throw failing(source, folder, `a second item is ${id}`);
    known.add(`${item.kind} ${id}`);
    const named = own.map(({ path, sha256 }) => ({ name: placeOf(path).name, sha256 }));
    const archived = {
      kind: item.kind,
      id,
      title: itemTitle(item),
      digest: await itemDigest(named, digest),
    };
    folders.set(archived, folder);
  }
  return {
    createdAt,
    adapters,
    checkpoints,
    items: [...folders.keys()],
    read: (item) => read(folders.get(item)!),
  };
}

function byFolder(files: readonly ManifestFile[]): Map<string, ManifestFile[]> {
  const parts = new Map<string, ManifestFile[]>();
  for (const file of files) {
    const { folder } = placeOf(file.path);
    const part = parts.get(folder);
    if (part) part.push(file);
    else parts.set(folder, [file]);
  }
  return parts;
}

async function manifestOf(
  source: ByteSource,
  entries: ReadonlyMap<string, ZipEntry>,
  digest: ByteDigest,
) {
  const entry = entries.get(MANIFEST);
  if (!entry) throw failing(source, MANIFEST, "it is missing, so this is no project");
  return readManifest(await readEntry(source, entry), `${source.name}: ${MANIFEST}`, digest);
}

/** The archive has the files of its manifest and no others. */
function checkSame(
  source: ByteSource,
  entries: ReadonlyMap<string, ZipEntry>,
  files: readonly ManifestFile[],
): void {
  const listed = new Set([MANIFEST, ...files.map(({ path }) => path)]);
  if (listed.size !== files.length + 1) throw failing(source, MANIFEST, "it lists a file twice");
  for (const { path, bytes } of files) {
    const entry = entries.get(path);
    if (!entry) throw failing(source, path, "it is missing");
    if (entry.size !== bytes) {
      throw failing(source, path, `it has ${entry.size} bytes in place of ${bytes}`);
    }
  }
  const stray = [...entries.keys()].find((path) => !listed.has(path));
  if (stray !== undefined) throw failing(source, stray, "the manifest does not know it");
}

function checkSize(item: ProjectItem, bytes: number, total: number, files: number): void {
  if (bytes <= LIMITS.entry && total <= LIMITS.total && files < LIMITS.entries) return;
  throw new RangeError(
    `with “${itemTitle(item)}” (${megabytes(bytes)}) the archive would have ${files + 1} files of ${megabytes(total)} ` +
      `together; ${LIMITS.entries} of ${megabytes(LIMITS.total)}, none over ${megabytes(LIMITS.entry)}, can be read again. ` +
      "Leave adapters and checkpoints out, or delete runs first.",
  );
}

function failing({ name }: ByteSource, path: string, problem: string): InputError {
  return new InputError({ file: `${name}: ${path}` }, problem, AS_EXPORTED);
}
