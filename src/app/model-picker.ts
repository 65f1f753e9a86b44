/** Files of this computer as a model: a folder that was picked, or what was dropped. */
import type { NamedFile } from "../protocol/models";

export interface PickedModel {
  /** Of the folder, or of the files where they came without one. */
  readonly name: string;
  readonly files: readonly NamedFile[];
}

/** The one folder in a model's folder that is read. */
const ONNX = "onnx";

/** Loose files have no folder to be called by. */
export const LOOSE = "model";

/** Files of an <input>, with `webkitdirectory` or without: those of the folder itself, and of onnx/ in it. */
export function modelOfFiles(files: readonly File[]): PickedModel {
  const name = files[0]?.webkitRelativePath.split("/")[0] || LOOSE;
  const named = files.map((file) => {
    const [, ...inside] = file.webkitRelativePath.split("/");
    return { name: inside.length === 0 ? looseName(file) : inside.join("/"), file };
  });
  return { name, files: named.filter(({ name }) => isOfModel(name)) };
}

/** What was dropped: a folder, or its files. @param items  of the drop; read at once, the browser forgets them. */
export async function modelOfDrop(items: DataTransferItemList): Promise<PickedModel> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const folder = entries.find(isFolder);
  const inside = folder ? await readFolder(folder) : entries;
  const onnx = folder && inside.find((entry) => isFolder(entry) && entry.name === ONNX);
  const weights = onnx ? await filesIn(await readFolder(onnx as FileSystemDirectoryEntry)) : [];
  const own = await filesIn(inside);
  return {
    name: folder?.name ?? LOOSE,
    files: [
      ...own.map((file) => ({ name: folder ? file.name : looseName(file), file })),
      ...weights.map((file) => ({ name: `${ONNX}/${file.name}`, file })),
    ],
  };
}

/** What the user granted through the File System Access API; null if the picker was closed, or there is none. */
export async function pickFolder(): Promise<PickedModel | null> {
  const { showDirectoryPicker: show } = window as unknown as { showDirectoryPicker?: Picker };
  if (!show) return null;
  const folder = await show({ id: "steadfast-model", mode: "read" }).catch(noChoice);
  if (folder === null) return null;
  const files: NamedFile[] = [];
  for await (const handle of folder.values()) {
    if (handle.kind === "file") files.push({ name: handle.name, file: await handle.getFile() });
    if (handle.kind !== "directory" || handle.name !== ONNX) continue;
    for await (const weights of handle.values()) {
      if (weights.kind !== "file") continue;
      files.push({ name: `${ONNX}/${weights.name}`, file: await weights.getFile() });
    }
  }
  return { name: folder.name, files };
}

/** Firefox and Safari have none: there an <input> takes a folder. */
export const canPickFolder = () => "showDirectoryPicker" in window;

/** Picked one by one, files have lost their folder: weights in ONNX lie in onnx/. */
const looseName = ({ name }: File) => (/\.onnx(_data)?$/.test(name) ? `${ONNX}/${name}` : name);

const isOfModel = (path: string) => {
  const [folder, ...rest] = path.split("/");
  return rest.length === 0 || (rest.length === 1 && folder === ONNX);
};

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

async function filesIn(entries: readonly FileSystemEntry[]): Promise<File[]> {
  const files = entries.filter((entry) => entry.isFile);
  return Promise.all(files.map((entry) => readEntry(entry as FileSystemFileEntry)));
}

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
