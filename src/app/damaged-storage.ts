/** What can be done when the database does not open. */
import { messageOf } from "../core/message-of";
import { deleteDatabase } from "../storage/db";
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
    message: messageOf(error),
    isNewer: error instanceof DOMException && error.name === "VersionError",
    backedUpAt: readMarker(storage).backedUpAt,
  };
}

export { deleteDatabase };
