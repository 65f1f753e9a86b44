/** Backups in a folder that the user granted, where the browser lets a page write to one: dated files, the newest five. */
import { archiveName } from "./project-source";

const KEPT = 5;
const NAME = /^steadfast-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.zip$/;

/** What TypeScript's DOM does not know yet of the File System Access API. */
interface Permission {
  queryPermission(descriptor: { mode: "readwrite" }): Promise<PermissionState>;
  requestPermission(descriptor: { mode: "readwrite" }): Promise<PermissionState>;
}
type DirectoryPicker = (options: {
  id: string;
  mode: "readwrite";
}) => Promise<FileSystemDirectoryHandle>;

/** Null where the browser has no such thing: Firefox and Safari. */
export function directoryPicker(): DirectoryPicker | null {
  const { showDirectoryPicker } = window as unknown as { showDirectoryPicker?: DirectoryPicker };
  return showDirectoryPicker ? (options) => showDirectoryPicker(options) : null;
}

/** Whether the page may write to the folder now; asking needs a click. */
export async function mayWrite(folder: FileSystemDirectoryHandle, ask: boolean): Promise<boolean> {
  const handle = folder as unknown as Permission;
  const answer = ask
    ? await handle.requestPermission({ mode: "readwrite" })
    : await handle.queryPermission({ mode: "readwrite" });
  return answer === "granted";
}

/**
 * Writes an archive beside the earlier ones, and then deletes all but the newest five. The browser puts a file in its
 * place when it is closed, so a failure leaves no half of one, and the earlier ones as they were.
 *
 * @returns the file's name.
 */
export async function writeBackup(
  folder: FileSystemDirectoryHandle,
  archive: AsyncIterable<Uint8Array>,
  at: number,
): Promise<string> {
  const name = archiveName(at);
  const handle = await folder.getFileHandle(name, { create: true });
  const file = await handle.createWritable();
  try {
    for await (const chunk of archive) await file.write(chunk as Uint8Array<ArrayBuffer>);
    await file.close();
  } catch (error) {
    await file.abort().catch(() => {}); // closing may have failed
    await folder.removeEntry(name);
    throw error;
  }
  const names: string[] = [];
  for await (const other of folder.keys()) if (NAME.test(other)) names.push(other);
  for (const old of names.sort().slice(0, -KEPT)) await folder.removeEntry(old);
  return name;
}
