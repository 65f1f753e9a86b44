/**
 * A note outside the database of when it last held something and was last backed up: a browser that has lost a database
 * opens an empty one without a word.
 */
const KEY = "steadfast.storage";

/** Times in ms since the epoch; null for never. */
export interface Marker {
  readonly filledAt: number | null;
  readonly backedUpAt: number | null;
}

export function readMarker(storage: Pick<Storage, "getItem">): Marker {
  const time = (value: unknown) => (typeof value === "number" ? value : null);
  try {
    const stored = JSON.parse(storage.getItem(KEY) ?? "{}") as Partial<Record<string, unknown>>;
    return { filledAt: time(stored["filledAt"]), backedUpAt: time(stored["backedUpAt"]) };
  } catch {
    return { filledAt: null, backedUpAt: null }; // not ours, or cut off
  }
}

export function writeMarker(storage: Pick<Storage, "setItem">, marker: Marker): void {
  storage.setItem(KEY, JSON.stringify(marker));
}
