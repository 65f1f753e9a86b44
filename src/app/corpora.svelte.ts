import type { Corpus } from "../core/corpus/corpus";
import { InputError } from "../core/format/input-error";
import { messageOf } from "../core/message-of";
import { type StoredCorpus, deleteCorpus, listCorpora, putCorpus } from "../storage/corpora";
import type { Database } from "../storage/db";
import { StorageFullError } from "../storage/storage-full";
import { type BuiltIn, fetchBuiltIn } from "./built-in-corpora";
import { decodeText, readCorpus } from "./read-corpus";

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

/** The corpora there are. A file that cannot be read is a problem to show; nothing of it is stored. */
export class CorporaState {
  status = $state.raw<CorporaStatus>({ kind: "loading" });
  entries = $state.raw<readonly CorpusEntry[]>([]);
  /** What was wrong with the files of the last import, one a file. */
  problems = $state.raw<readonly string[]>([]);
  /** The corpus deleted last, as long as that can be undone. */
  removed = $state.raw<CorpusEntry | null>(null);

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

  /** Imports each file whole or not at all. Returns those that were. */
  async importFiles(files: readonly File[]): Promise<readonly CorpusEntry[]> {
    return this.#importAll(
      files.map((file) => async () => {
        const text = decodeText(new Uint8Array(await file.arrayBuffer()), file.name);
        return { name: file.name, text };
      }),
    );
  }

  /** Imports text that was pasted. */
  async importText(text: NamedText): Promise<readonly CorpusEntry[]> {
    return this.#importAll([async () => text]);
  }

  /** Deletes an imported corpus; those that come with the app stay. */
  async remove(id: string): Promise<void> {
    const entry = this.find(id);
    if (!entry?.imported) return;
    await deleteCorpus(this.#db, id);
    this.entries = this.entries.filter((other) => other !== entry);
    this.removed = entry;
  }

  async undoRemove(): Promise<void> {
    const entry = this.removed;
    if (!entry?.imported) return;
    await this.#store(entry, entry.imported);
    this.removed = null;
  }

  async #importAll(
    sources: readonly (() => Promise<NamedText>)[],
  ): Promise<readonly CorpusEntry[]> {
    const added: CorpusEntry[] = [];
    const problems: string[] = [];
    for (const source of sources) {
      try {
        const { name, text } = await source();
        const imported = { source: name, at: Date.now() };
        const entry = { id: crypto.randomUUID(), corpus: readCorpus(text, name), imported };
        await this.#store(entry, imported);
        added.push(entry);
      } catch (error) {
        problems.push(messageOf(error));
        if (!(error instanceof InputError) && !(error instanceof StorageFullError)) throw error; // a defect of ours
      } finally {
        this.problems = [...problems];
      }
    }
    return added;
  }

  async #store(entry: CorpusEntry, { source, at }: NonNullable<CorpusEntry["imported"]>) {
    const { id, corpus } = entry;
    await putCorpus(this.#db, { id, importedAt: at, source, corpus });
    const isNewer = (other: CorpusEntry) => other.imported === null || other.imported.at > at;
    const place = this.entries.findLastIndex(isNewer) + 1;
    this.entries = this.entries.toSpliced(place, 0, entry);
  }
}

function fromBuiltIn({ id, corpus }: BuiltIn): CorpusEntry {
  return { id, corpus, imported: null };
}

function fromStored({ id, corpus, source, importedAt }: StoredCorpus): CorpusEntry {
  return { id, corpus, imported: { source, at: importedAt } };
}
