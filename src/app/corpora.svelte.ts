import type { Corpus } from "../core/corpus/corpus";
import type { FoundationLabels } from "../core/import/collect";
import { withFoundations } from "../core/import/sound";
import { messageOf } from "../core/message-of";
import type { StoredDraft } from "../core/review/draft";
import {
  type StoredCorpus,
  deleteCorpus,
  listCorpora,
  putCorpus,
  restoreCorpus,
} from "../storage/corpora";
import type { Database } from "../storage/db";
import { type BuiltIn, fetchBuiltIn } from "./built-in-corpora";

/** A corpus that a study can use: one that comes with the app, or one that was imported. */
export interface CorpusEntry {
  readonly id: string;
  readonly corpus: Corpus;
  /** The file it was imported from, and when; null if it comes with the app. */
  readonly imported: { readonly source: string; readonly at: number } | null;
}

/** Text with the name it goes by in messages. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

export type CorporaStatus =
  { readonly kind: "loading" | "ready" } | { readonly kind: "failed"; readonly message: string };

/** The corpora there are. */
export class CorporaState {
  status = $state.raw<CorporaStatus>({ kind: "loading" });
  entries = $state.raw<readonly CorpusEntry[]>([]);
  /** The corpus deleted last, as long as that can be undone. */
  removed = $state.raw<CorpusEntry | null>(null);

  /** What waited for a word on it. */
  #removedDrafts: readonly StoredDraft[] = [];
  readonly #db: Database;
  readonly #base: string;

  /** @param base  address of the page: the corpora that come with the app lie under demo/ beside it. */
  constructor(db: Database, base: string) {
    this.#db = db;
    this.#base = base;
  }

  async load(): Promise<void> {
    try {
      const builtIn = (await fetchBuiltIn(this.#base)).map(fromBuiltIn);
      this.entries = [...builtIn, ...(await listCorpora(this.#db)).map(fromStored)];
      this.status = { kind: "ready" };
    } catch (error) {
      this.status = { kind: "failed", message: messageOf(error) };
    }
  }

  find(id: string): CorpusEntry | null {
    return this.entries.find((entry) => entry.id === id) ?? null;
  }

  /** Shows a corpus that was stored already. */
  add(entry: CorpusEntry & { readonly imported: NonNullable<CorpusEntry["imported"]> }): void {
    const { at } = entry.imported;
    const isNewer = (other: CorpusEntry) => other.imported === null || other.imported.at > at;
    const place = this.entries.findLastIndex(isNewer) + 1;
    this.entries = this.entries.toSpliced(place, 0, entry);
  }

  /** Gives the questions of an imported corpus their moral foundations. Returns how many got some. */
  async label(id: string, labels: readonly FoundationLabels[]): Promise<number> {
    const entry = this.find(id);
    if (!entry?.imported) return 0;
    const { corpus, labelled } = withFoundations(entry.corpus, labels);
    if (labelled === 0) return 0;
    const { source, at } = entry.imported;
    await putCorpus(this.#db, { id, importedAt: at, source, corpus });
    this.entries = this.entries.map((other) => (other === entry ? { ...entry, corpus } : other));
    return labelled;
  }

  /** Deletes an imported corpus, and texts made of it that nobody has accepted; those that come with the app stay. */
  async remove(id: string): Promise<void> {
    const entry = this.find(id);
    if (!entry?.imported) return;
    this.#removedDrafts = await deleteCorpus(this.#db, id);
    this.entries = this.entries.filter((other) => other !== entry);
    this.removed = entry;
  }

  async undoRemove(): Promise<void> {
    const entry = this.removed;
    if (!entry?.imported) return;
    this.removed = null; // a second press finds nothing to put back
    const { source, at } = entry.imported;
    const stored = { id: entry.id, importedAt: at, source, corpus: entry.corpus };
    try {
      await restoreCorpus(this.#db, stored, this.#removedDrafts);
    } catch (error) {
      this.removed = entry;
      throw error;
    }
    this.add({ ...entry, imported: entry.imported });
  }
}

function fromBuiltIn({ id, corpus }: BuiltIn): CorpusEntry {
  return { id, corpus, imported: null };
}

function fromStored({ id, corpus, source, importedAt }: StoredCorpus): CorpusEntry {
  return { id, corpus, imported: { source, at: importedAt } };
}

/** @throws Error where the corpus of a run is gone. */
export function presentCorpus(corpus: Corpus | null, corpusName: string): Corpus {
  if (corpus !== null) return corpus;
  throw new Error(`the corpus "${corpusName}" is no longer here; import it again first`);
}
