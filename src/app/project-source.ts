/** Projects of this device as archives: settings from localStorage, everything else from the database. */
import type { ProjectItem } from "../core/format/project/items";
import type { SettingsItem } from "../core/format/project/items-schema";
import { type ProjectOptions, writeProject } from "../core/format/project/project";
import type { ByteSource } from "../core/format/project/zip-reader";
import type { Database } from "../storage/db";
import { projectItems } from "../storage/project";
import { sha256OfBytes } from "../storage/digest";

/** Where settings are kept. API keys are in memory alone, so none of these can hold one. */
const SETTINGS: Readonly<Record<keyof SettingsItem, string>> = {
  setup: "steadfast.setup",
  theme: "steadfast.theme",
  labelKeys: "steadfast.label-keys",
};

type SettingsStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function sourceOfFile(file: File): ByteSource {
  return {
    name: file.name,
    size: file.size,
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}

export function readSettings(storage: SettingsStorage): SettingsItem {
  const kept = Object.entries(SETTINGS).flatMap(([name, key]) => {
    const text = storage.getItem(key);
    return text === null ? [] : [[name, text] as const];
  });
  return Object.fromEntries(kept);
}

export function writeSettings(storage: SettingsStorage, settings: SettingsItem): void {
  for (const [name, text] of Object.entries(settings)) {
    storage.setItem(SETTINGS[name as keyof SettingsItem], text);
  }
}

export function clearSettings(storage: SettingsStorage): void {
  for (const key of Object.values(SETTINGS)) storage.removeItem(key);
}

/** Everything on this device as an archive, piece by piece. */
export function exportProject(
  db: Database,
  storage: SettingsStorage,
  options: ProjectOptions,
): AsyncGenerator<Uint8Array> {
  const items = (async function* (): AsyncGenerator<ProjectItem> {
    yield { kind: "settings", content: readSettings(storage) };
    yield* projectItems(db, options);
  })();
  return writeProject(items, options, sha256OfBytes);
}

/** "steadfast-2026-11-24T16-05-09.zip": it sorts by time. */
export function archiveName(at: number): string {
  return `steadfast-${new Date(at).toISOString().slice(0, 19).replaceAll(":", "-")}.zip`;
}
