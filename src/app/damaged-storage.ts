/** What can be done when the database does not open. */
import { readMarker } from "./storage-marker";

export interface StartFailure {
  readonly message: string;
  /** The stored data is of a newer version of this program: it is whole, and must stay. */
  readonly isNewer: boolean;
  /** ms since the epoch of the last backup made here; null for none. */
  readonly backedUpAt: number | null;
}

export function startFailure(error: unknown, storage: Pick<Storage, "getItem">): StartFailure {
  return {
    message: error instanceof Error ? error.message : String(error),
    isNewer: error instanceof DOMException && error.name === "VersionError",
    backedUpAt: readMarker(storage).backedUpAt,
  };
}

/** Deletes the database that does not open, so that a backup can be imported into a new one. */
export function deleteDatabase(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("steadfast");
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error("the storage could not be deleted"));
    request.onblocked = () => reject(new Error("another tab has it open; close that tab first"));
  });
}
