/** Bringing a project in: first what is the same, new or different; then, once that was decided, all of it or nothing. */
import { relinked } from "../core/format/project/copy";
import type { ItemKind, ProjectItem, RunExtent } from "../core/format/project/items";
import {
  type ArchivedItem,
  digestOf,
  openProject,
  type ProjectArchive,
} from "../core/format/project/project";
import type { Database } from "../storage/db";
import type { StoredDraft } from "../core/review/draft";
import { EVERYTHING, importItems, itemOf, OvertakenError } from "../storage/project";
import { sha256OfBytes } from "../storage/digest";
import { readSettings, sourceOfFile, writeSettings } from "./project-source";

export type ItemState = "new" | "same" | "different";

export interface PlannedItem {
  readonly item: ArchivedItem;
  readonly state: ItemState;
  /** Of the item here; null where there is none. */
  readonly hereDigest: string | null;
}

export interface ImportPlan {
  readonly file: string;
  readonly archive: ProjectArchive;
  readonly items: readonly PlannedItem[];
}

/** What to do with an item that differs from the one here. */
export type Choice = "keep" | "import";

/**
 * Verifies the archive whole, and compares it with what is here. Nothing is written.
 * @throws InputError naming the entry that is wrong.
 */
export async function planImport(db: Database, storage: Storage, file: File): Promise<ImportPlan> {
  const archive = await openProject(sourceOfFile(file), sha256OfBytes);
  const items: PlannedItem[] = [];
  for (const item of archive.items) {
    items.push({ item, ...(await stateOf(db, storage, item, archive)) });
  }
  return { file: file.name, archive, items };
}

/**
 * Stores what is new, and of what differs that which was chosen: corpora and runs as copies beside those here, labels
 * and decisions added to those here, settings in place of those here, and so are texts that wait for a word, unless their
 * corpus is copied. One transaction: all of it or nothing.
 *
 * @throws InputError if the file has changed since it was verified, OvertakenError if what is here has, StorageFullError if
 *         there is no room.
 */
export async function carryOut(
  db: Database,
  storage: Storage,
  { archive, items }: ImportPlan,
  choiceOf: (item: ArchivedItem) => Choice,
): Promise<number> {
  const copied = (kind: ItemKind) =>
    new Map(
      items
        .filter(({ item, state }) => state === "different" && item.kind === kind)
        .filter(({ item }) => choiceOf(item) === "import")
        .map(({ item }) => [item.id, crypto.randomUUID() as string]),
    );
  const ids = { corpora: copied("corpus"), runs: copied("run") };
  const chosen: ProjectItem[] = [];
  const replaced: StoredDraft[] = [];
  for (const planned of items) {
    const { item, state } = planned;
    if (!isChosen(planned, choiceOf)) continue;
    const own = relinked(await archive.read(item), ids);
    chosen.push(own);
    const isInPlace = own.kind === "draft" && own.content.draft.id === item.id;
    if (isInPlace && state === "different") replaced.push(await asPlanned(db, planned));
  }
  await importItems(db, chosen, replaced);
  for (const item of chosen) if (item.kind === "settings") writeSettings(storage, item.content);
  return chosen.length;
}

/** The draft that is to give way. @throws OvertakenError if it is no more the one that was compared. */
async function asPlanned(db: Database, { item, hereDigest }: PlannedItem): Promise<StoredDraft> {
  const here = await itemOf(db, "draft", item.id, EVERYTHING);
  const isSame = here !== null && (await digestOf(here, sha256OfBytes)) === hereDigest;
  if (here?.kind !== "draft" || !isSame) throw new OvertakenError();
  return here.content;
}

/** Whether an item is brought in: it is new, or differs from the one here and was asked for. */
export function isChosen(
  { item, state }: Pick<PlannedItem, "item" | "state">,
  choiceOf: (item: ArchivedItem) => Choice,
): boolean {
  return state === "new" || (state === "different" && choiceOf(item) === "import");
}

async function stateOf(
  db: Database,
  storage: Storage,
  { kind, id, digest }: ArchivedItem,
  extent: RunExtent,
): Promise<Pick<PlannedItem, "state" | "hereDigest">> {
  const settings = readSettings(storage);
  const here: ProjectItem | null =
    kind === "settings" ? { kind, content: settings } : await itemOf(db, kind, id, extent);
  if (here === null) return { state: "new", hereDigest: null };
  const hereDigest = await digestOf(here, sha256OfBytes);
  if (hereDigest === digest) return { state: "same", hereDigest };
  // Of a device where nothing was set up only the theme is kept.
  const isUntouched = settings.setup === undefined && settings.labelKeys === undefined;
  const state = kind === "settings" && isUntouched ? "new" : "different";
  return { state, hereDigest };
}
