/** Files of this computer as a model: a folder that was picked, or what was dropped. */
import type { NamedFile } from "../protocol/models";

export interface PickedModel {
  /** Of the folder, or of the files where they came without one. */
  readonly name: string;
  readonly files: readonly NamedFile[];
}

/** Loose files have no folder to be called by. */
const LOOSE = "model";

/** Files of an <input>, with `webkitdirectory` or without: those of the folder itself, not of folders in it. */
export function modelOfFiles(files: readonly File[]): PickedModel {
  const name = files[0]?.webkitRelativePath.split("/")[0] || LOOSE;
  const own = files.filter(({ webkitRelativePath: path }) => path.split("/").length <= 2);
  return { name, files: own.map((file) => ({ name: file.name, file })) };
}

/** What was dropped: a folder, or its files. @param items  of the drop; read at once, the browser forgets them. */
export async function modelOfDrop(items: DataTransferItemList): Promise<PickedModel> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const folder = entries.find((entry) => entry.isDirectory);
  const inside = folder ? await readFolder(folder as FileSystemDirectoryEntry) : entries;
  const files = await Promise.all(
    inside.filter((entry) => entry.isFile).map((entry) => readEntry(entry as FileSystemFileEntry)),
  );
  const named = files.map((file) => ({ name: file.name, file }));
  return { name: folder?.name ?? LOOSE, files: named };
}

/** What the user granted through the File System Access API; null if the picker was closed, or there is none. */
export async function pickFolder(): Promise<PickedModel | null> {
  const { showDirectoryPicker: show } = window as unknown as { showDirectoryPicker?: Picker };
  if (!show) return null;
  const folder = await show({ id: "steadfast-model", mode: "read" }).catch(noChoice);
  if (folder === null) return null;
  const files: NamedFile[] = [];
  for await (const handle of folder.values()) {
    if (handle.kind !== "file") continue;
    files.push({ name: handle.name, file: await handle.getFile() });
  }
  return { name: folder.name, files };
}

/** Firefox and Safari have none: there an <input> takes a folder. */
export const canPickFolder = () => "showDirectoryPicker" in window;

type Picker = (options: { id: string; mode: "read" }) => Promise<FileSystemDirectoryHandle>;

/** A reader gives at most 100 entries at a time. */
async function readFolder(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function readEntry(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

function noChoice(error: unknown): null {
  if (error instanceof DOMException && error.name === "AbortError") return null;
  throw error;
}
