import type { RunExtent } from "../core/format/project/items";
import type { ArchivedItem } from "../core/format/project/project";
import { megabytes } from "../core/megabytes";
import { getBackupFolder, setBackupFolder } from "../storage/backup-folder";
import type { Database } from "../storage/db";
import { deleteAllModels } from "../storage/models";
import { isEmpty, wipe } from "../storage/project";
import { type StorageUse, storageUse } from "../storage/usage";
import { directoryPicker, mayWrite, writeBackup } from "./backup-folder";
import { carryOut, type Choice, type ImportPlan, planImport } from "./project-import";
import { archiveName, clearSettings, exportProject } from "./project-source";
import { readMarker, writeMarker } from "./storage-marker";
import { settle, type Work } from "./work";

const DAY = 24 * 60 * 60 * 1000;
const HUB_CACHE = "transformers-cache";

export interface Folder {
  /** "waiting": chosen, and the browser wants to ask again. */
  readonly kind: "unsupported" | "none" | "granted" | "waiting";
  /** Null where none was chosen. */
  readonly name: string | null;
}

/** The browser's own figures, in bytes. A quota it names need not hold: a refused write is what counts. */
export interface Estimate {
  readonly usage: number;
  readonly quota: number;
}

/** What is stored, whether it is safe, and how it is taken away and brought back. */
export class StorageState {
  use = $state.raw<readonly StorageUse[] | null>(null);
  estimate = $state.raw<Estimate | null>(null);
  /** Whether the browser promised to keep the storage; null if it cannot say. */
  persisted = $state.raw<boolean | null>(null);
  /** It was asked to, and said no. */
  refused = $state.raw(false);
  folder = $state.raw<Folder>({ kind: "none", name: null });
  /** As the marker had it when this tab last looked: another tab may have backed up since. */
  backedUpAt = $state.raw<number | null>(null);
  /** The database is empty though it held something when it was last looked at. */
  lost = $state.raw(false);
  /** What is being done, and what came of it in a sentence. */
  work = $state.raw<Work<string>>({ kind: "none" });
  /** Which way the data of that go: out into a backup, or in from an archive. */
  direction = $state.raw<"out" | "in">("out");
  plan = $state.raw<ImportPlan | null>(null);
  /** Days since the last backup where one is due; null where none is, and before `load`. */
  daysDue = $derived.by((): number | "never" | null => {
    if (!this.use?.some(({ bytes }) => bytes > 0)) return null;
    if (this.backedUpAt === null) return "never";
    const days = Math.floor((Date.now() - this.backedUpAt) / DAY);
    return days >= 7 ? days : null;
  });
  /** Items to import though they differ from those here. */
  #imported = $state.raw<readonly ArchivedItem[]>([]);

  readonly #db: Database;
  readonly #storage: Storage;

  constructor(db: Database, storage: Storage) {
    this.#db = db;
    this.#storage = storage;
    this.backedUpAt = readMarker(storage).backedUpAt;
  }

  /** Looks whether what was stored is still there. */
  async check(): Promise<void> {
    const empty = await isEmpty(this.#db);
    this.lost = empty && readMarker(this.#storage).filledAt !== null;
    this.#note(empty);
  }

  /** Notes whether there is something to lose. */
  async note(): Promise<void> {
    if (!this.lost) this.#note(await isEmpty(this.#db));
  }

  /** The user knows that it is gone. */
  async acceptLoss(): Promise<void> {
    this.lost = false;
    await this.note();
  }

  /** Reads all figures anew. */
  async load(): Promise<void> {
    const estimate = await this.#estimate();
    const persisted = (await this.#manager()?.persisted()) ?? null;
    await this.#loadFolder();
    const use = await storageUse(this.#db);
    // At once: the page moves once.
    this.estimate = estimate;
    this.persisted = persisted;
    this.use = use;
  }

  /** Why so many bytes may not fit, as far as the browser says; null if they should. */
  async roomFor(bytes: number): Promise<string | null> {
    const estimate = await this.#estimate();
    if (estimate === null || estimate.usage + bytes <= estimate.quota) return null;
    const free = Math.max(0, estimate.quota - estimate.usage);
    return (
      `The run may store up to ${megabytes(bytes)}, and the browser has ${megabytes(free)} left ` +
      "for this site. Delete runs or corpora you no longer need, or free space on the disk."
    );
  }

  async askToPersist(): Promise<void> {
    this.persisted = (await this.#manager()?.persist()) ?? null;
    this.refused = this.persisted === false;
  }

  /** Everything as one file; null if it could not be made: `work` says why. */
  async export(extent: RunExtent): Promise<{ name: string; blob: Blob } | null> {
    const at = Date.now();
    const parts: Blob[] = []; // a browser may keep these on disk
    await this.#do("out", async () => {
      const options = { createdAt: at, ...extent };
      for await (const chunk of exportProject(this.#db, this.#storage, options)) {
        parts.push(new Blob([chunk as Uint8Array<ArrayBuffer>]));
      }
      await this.#backedUp(at);
      return "The archive is complete. Keep it somewhere other than this browser.";
    });
    if (this.work.kind !== "done") return null;
    return { name: archiveName(at), blob: new Blob(parts, { type: "application/zip" }) };
  }

  /** Verifies an archive and shows what it would bring. Nothing is written. */
  async open(file: File): Promise<void> {
    this.plan = null;
    this.#imported = [];
    await this.#do("in", async () => {
      this.plan = await planImport(this.#db, this.#storage, file);
      return `${file.name} is whole. Nothing has been imported yet.`;
    });
  }

  closePlan(): void {
    this.plan = null;
    this.work = { kind: "none" };
  }

  choiceOf(item: ArchivedItem): Choice {
    return this.#imported.includes(item) ? "import" : "keep";
  }

  choose(item: ArchivedItem, choice: Choice): void {
    const others = this.#imported.filter((other) => other !== item);
    this.#imported = choice === "import" ? [...others, item] : others;
  }

  /**
   * Imports what the plan says, all of it or nothing.
   * @param reread  has the app read what came; only then is it said to be there.
   */
  async import(reread: () => Promise<void>): Promise<void> {
    const { plan } = this;
    if (!plan) return;
    await this.#do("in", async () => {
      const count = await carryOut(this.#db, this.#storage, plan, (item) => this.choiceOf(item));
      this.plan = null;
      this.lost = false;
      await this.note();
      await reread();
      return count === 0
        ? "There was nothing to import."
        : `Imported: ${count} of ${plan.items.length} items of ${plan.file}.`;
    });
    if (this.work.kind === "done") this.use = await storageUse(this.#db);
  }

  async chooseFolder(): Promise<void> {
    const folder = await directoryPicker()?.({ id: "steadfast", mode: "readwrite" }).catch(
      noChoice,
    );
    if (!folder) return;
    await setBackupFolder(folder);
    await this.backUp(true);
  }

  async forgetFolder(): Promise<void> {
    await setBackupFolder(null);
    await this.#loadFolder();
  }

  /** Writes a backup to the granted folder now. @param ask  whether the browser may ask the user; that needs a click. */
  async backUp(ask: boolean): Promise<void> {
    const folder = await getBackupFolder();
    const granted = folder !== null && (await mayWrite(folder, ask));
    await this.#loadFolder();
    if (!folder || !granted) return;
    await this.#do("out", async () => {
      const at = Date.now();
      const archive = exportProject(this.#db, this.#storage, {
        ...{ createdAt: at, adapters: true, checkpoints: false },
      });
      const name = await writeBackup(folder, archive, at);
      await this.#backedUp(at);
      return `Backed up as ${name} in the folder ${folder.name}.`;
    });
  }

  /** Backs up by itself if there is something new: after a run, or once a day. */
  async backUpIfDue(hasNew: boolean): Promise<void> {
    const isOld = Date.now() - (readMarker(this.#storage).backedUpAt ?? 0) > DAY;
    if ((hasNew || isOld) && !(await isEmpty(this.#db))) await this.backUp(false);
  }

  /** Deletes everything that this site keeps in the browser. Backups elsewhere stay. */
  async deleteEverything(): Promise<void> {
    await wipe(this.#db);
    await deleteAllModels(this.#db);
    await setBackupFolder(null);
    if ("caches" in globalThis) await caches.delete(HUB_CACHE);
    clearSettings(this.#storage);
    writeMarker(this.#storage, { filledAt: null, backedUpAt: null });
  }

  async #loadFolder(): Promise<void> {
    if (!directoryPicker()) {
      this.folder = { kind: "unsupported", name: null };
      return;
    }
    const handle = await getBackupFolder();
    if (handle === null) this.folder = { kind: "none", name: null };
    else {
      const kind = (await mayWrite(handle, false)) ? "granted" : "waiting";
      this.folder = { kind, name: handle.name };
    }
  }

  #note(empty: boolean): void {
    if (this.lost) return;
    const { backedUpAt } = readMarker(this.#storage);
    this.backedUpAt = backedUpAt;
    writeMarker(this.#storage, { filledAt: empty ? null : Date.now(), backedUpAt });
  }

  async #backedUp(at: number): Promise<void> {
    writeMarker(this.#storage, { ...readMarker(this.#storage), backedUpAt: at });
    this.backedUpAt = at;
    await this.note();
  }

  async #do(direction: "out" | "in", work: () => Promise<string>): Promise<void> {
    if (this.work.kind === "working") return;
    this.direction = direction;
    this.work = { kind: "working", progress: null };
    this.work = await settle(work());
  }

  async #estimate(): Promise<Estimate | null> {
    const { usage, quota } = (await this.#manager()?.estimate()) ?? {};
    return usage === undefined || quota === undefined ? null : { usage, quota };
  }

  #manager(): StorageManager | null {
    return "storage" in navigator ? navigator.storage : null; // absent on http
  }
}

/** The user closed the picker. */
function noChoice(error: unknown): null {
  if (error instanceof DOMException && error.name === "AbortError") return null;
  throw error;
}
