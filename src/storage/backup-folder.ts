/** The folder that the user granted for backups. Only a database can keep a folder's handle; it has its own, of one row. */
import { type DBSchema, openDB } from "idb";

interface Schema extends DBSchema {
  folder: { key: "folder"; value: FileSystemDirectoryHandle };
}

const KEY = "folder";

const open = () =>
  openDB<Schema>("steadfast-backup", 1, { upgrade: (db) => void db.createObjectStore("folder") });

/** Null where none was chosen. */
export async function getBackupFolder(): Promise<FileSystemDirectoryHandle | null> {
  const db = await open();
  try {
    return (await db.get("folder", KEY)) ?? null;
  } finally {
    db.close();
  }
}

/** Null forgets it; the backups in it stay. */
export async function setBackupFolder(folder: FileSystemDirectoryHandle | null): Promise<void> {
  const db = await open();
  try {
    if (folder === null) await db.delete("folder", KEY);
    else await db.put("folder", folder, KEY);
  } finally {
    db.close();
  }
}
