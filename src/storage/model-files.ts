/** Models' files in the browser's private file system (OPFS), a folder a model. Written from a worker alone. */
import type { FileWriter, ModelFolder } from "../core/models/folder";
import { Sha256 } from "../core/sha256";
import { isQuotaError, StorageFullError } from "./storage-full";

const ROOT = "models";

/** What TypeScript's DOM does not know: workers alone have it. */
interface SyncAccess {
  write(piece: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccess> };

/** @throws Error where the browser has no private file system: on http, and in some private windows. */
export function modelFolder(id: string): ModelFolder {
  const name = folderName(id);
  return {
    async sizeOf(file) {
      const handle = await existing(name, file);
      return handle === null ? 0 : (await handle.getFile()).size;
    },
    async *read(file) {
      const handle = await existing(name, file);
      if (handle !== null) yield* piecesOf(await handle.getFile());
    },
    async append(file, at) {
      const folder = await (await root()).getDirectoryHandle(name, { create: true });
      const handle = (await folder.getFileHandle(fileName(file), {
        create: true,
      })) as SyncFileHandle;
      return writer(await access(handle, file), at);
    },
    async remove(file) {
      const folder = await folderOf(name);
      await folder?.removeEntry(fileName(file)).catch(isMissing);
    },
  };
}

/** Deletes every file of a model, and what a download that broke off left. */
export async function removeModelFolder(id: string): Promise<void> {
  await (await root()).removeEntry(folderName(id), { recursive: true }).catch(isMissing);
}

/** Deletes all models' files. */
export async function removeAllModels(): Promise<void> {
  if (!hasPrivateFiles()) return;
  const top = await navigator.storage.getDirectory();
  await top.removeEntry(ROOT, { recursive: true }).catch(isMissing);
}

/** A file in pieces, front to back, without holding it whole. */
export async function* piecesOf(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}

/** A model's folder here has no folders in it: "onnx/model.onnx" is one name. */
const fileName = (file: string) => encodeURIComponent(file);

/** Ids hold characters that file names may not. */
const folderName = (id: string) => new Sha256().update(new TextEncoder().encode(id)).hex();

const hasPrivateFiles = () =>
  "storage" in navigator && typeof navigator.storage.getDirectory === "function"; // absent on http

async function root(): Promise<FileSystemDirectoryHandle> {
  if (!hasPrivateFiles()) {
    throw new Error(
      "this browser gives the page no files of its own, so a model can't be kept in it. Open this site by https:// or on " +
        "localhost, and not in a private window.",
    );
  }
  const top = await navigator.storage.getDirectory();
  return top.getDirectoryHandle(ROOT, { create: true });
}

async function folderOf(name: string): Promise<FileSystemDirectoryHandle | null> {
  return (await root()).getDirectoryHandle(name).catch(isMissing);
}

async function existing(name: string, file: string): Promise<FileSystemFileHandle | null> {
  return (await folderOf(name))?.getFileHandle(fileName(file)).catch(isMissing) ?? null;
}

/** One writer a file: a second tab that loads the same model is refused. */
async function access(handle: SyncFileHandle, file: string): Promise<SyncAccess> {
  try {
    return await handle.createSyncAccessHandle();
  } catch (error) {
    if (error instanceof DOMException && error.name === "NoModificationAllowedError") {
      throw new Error(`${file} is being loaded in another tab; wait for it there`, {
        cause: error,
      });
    }
    throw error;
  }
}

function writer(file: SyncAccess, start: number): FileWriter {
  let at = start;
  file.truncate(start);
  return {
    async write(piece) {
      try {
        let done = 0;
        while (done < piece.length) {
          const written = file.write(piece.subarray(done), { at: at + done });
          if (written === 0) throw new StorageFullError(piece.length - done);
          done += written;
        }
        at += done;
      } catch (error) {
        throw isQuotaError(error) ? new StorageFullError(null, { cause: error }) : error;
      }
    },
    async close() {
      file.flush();
      file.close();
    },
  };
}

function isMissing(error: unknown): null {
  if (error instanceof DOMException && error.name === "NotFoundError") return null;
  throw error;
}
