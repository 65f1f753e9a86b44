import { messageOf } from "../core/message-of";
import type { Question } from "../core/corpus/corpus";
import type { ExportedFile } from "../core/import/export";
import type { FormatName } from "../core/import/formats";
import type { Role, Roles } from "../core/import/roles";
import type { ImportFrom, ImportPreview, ReadProgress } from "../protocol/import";
import { RemoteError } from "../protocol/rpc";
import type { CorporaState, CorpusEntry, NamedText } from "./corpora.svelte";
import type { ImportWorker } from "./workers";

export type { ImportPreview } from "../protocol/import";

/** What a column can be, in words. */
export const ROLE_NAMES: readonly (readonly [Role, string])[] = [
  ["id", "Id of the question"],
  ["question", "Question"],
  ["wording", "Wording"],
  ["answer", "Answer"],
  ["rule", "Rule of thumb"],
  ["topic", "Topic"],
  ["foundation", "Moral foundation"],
];

export type ImportStatus =
  | { readonly kind: "idle" }
  | { readonly kind: "reading"; readonly file: string; readonly progress: ReadProgress | null }
  | { readonly kind: "read"; readonly preview: ImportPreview }
  | { readonly kind: "storing"; readonly preview: ImportPreview; readonly done: number }
  | { readonly kind: "failed"; readonly message: string };

/**
 * Bringing in corpora of other people, file by file: each is read whole in a worker, shown with what is wrong with it, and
 * stored when the user says so. The page draws on while this goes on.
 */
export class CorpusImport {
  status = $state.raw<ImportStatus>({ kind: "idle" });
  /** Files that wait for their turn. */
  waiting = $state.raw<readonly ImportFrom[]>([]);

  readonly #corpora: CorporaState;
  readonly #start: () => ImportWorker;
  #worker: ImportWorker | null = null;
  #controller: AbortController | null = null;

  constructor(corpora: CorporaState, start: () => ImportWorker) {
    this.#corpora = corpora;
    this.#start = start;
  }

  /** A corpus here with the very same questions; null if there is none. */
  get twin(): CorpusEntry | null {
    const { status } = this;
    if (status.kind !== "read" || status.preview.counts.questions === 0) return null;
    const { fingerprint } = status.preview;
    const isTwin = ({ corpus }: CorpusEntry) => corpus.origin?.fingerprint === fingerprint;
    return this.#corpora.entries.find(isTwin) ?? null;
  }

  async openFiles(files: readonly File[]): Promise<void> {
    await this.#enqueue(files.map((blob) => ({ kind: "blob", blob, name: blob.name })));
  }

  async openText({ name, text }: NamedText): Promise<void> {
    await this.#enqueue([{ kind: "blob", blob: new Blob([text]), name }]);
  }

  async openAddress(address: string): Promise<void> {
    await this.#enqueue([{ kind: "address", address }]);
  }

  /** Reads the file again as another format, or with what the user says that a column is for. */
  async readAs(format: FormatName): Promise<void> {
    await this.#read({ kind: "same" }, format, null);
  }

  async setRole(column: string, role: Role | null): Promise<void> {
    const { status } = this;
    if (status.kind !== "read") return;
    const others = Object.entries(status.preview.roles ?? {}).filter(([name]) => name !== column);
    const roles = Object.fromEntries(role === null ? others : [...others, [column, role]]) as Roles;
    await this.#read({ kind: "same" }, null, roles);
  }

  /** Stores the sound rows. Returns the new corpus, or null if it could not be stored. */
  async accept(): Promise<CorpusEntry | null> {
    const { status } = this;
    if (status.kind !== "read") return null;
    const { preview } = status;
    const [id, at] = [crypto.randomUUID(), Date.now()];
    const questions: Question[] = [];
    this.status = { kind: "storing", preview, done: 0 };
    try {
      const rest = await this.#client.call(
        "store",
        { id, importedAt: at },
        {
          onProgress: (slice) => {
            questions.push(...slice);
            this.status = { kind: "storing", preview, done: questions.length };
          },
        },
      );
      const entry = { id, corpus: { ...rest, questions }, imported: { source: preview.file, at } };
      this.#corpora.add(entry);
      this.status = { kind: "idle" };
      return entry;
    } catch (error) {
      this.status = { kind: "failed", message: messageOf(error) };
      return null;
    }
  }

  /** Gives the foundations that were read to the questions of a corpus. */
  async labelCorpus(id: string): Promise<number> {
    const { status } = this;
    if (status.kind !== "read") return 0;
    const labelled = await this.#corpora.label(id, status.preview.labels);
    this.dismiss();
    return labelled;
  }

  exportOriginal(id: string): Promise<ExportedFile> {
    return this.#client.call("exportOriginal", { id });
  }

  /** Stops reading, or leaves what was read; the next file has its turn. */
  dismiss(): void {
    this.#controller?.abort();
    this.#controller = null; // what comes of the reading yet is nobody's
    this.status = { kind: "idle" };
    const [next, ...others] = this.waiting;
    this.waiting = others;
    if (next) void this.#read(next, null, null);
  }

  /** Goes on to the next file, if one waits. */
  next(): boolean {
    if (this.waiting.length === 0) return false;
    this.dismiss();
    return true;
  }

  async #enqueue(files: readonly ImportFrom[]): Promise<void> {
    const [first, ...others] = files;
    if (!first) return;
    if (this.status.kind === "storing" || this.status.kind === "reading") {
      this.waiting = [...this.waiting, ...files];
      return;
    }
    this.waiting = [...this.waiting, ...others];
    await this.#read(first, null, null);
  }

  async #read(from: ImportFrom, as: FormatName | null, roles: Roles | null): Promise<void> {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    const before = this.status;
    const file =
      from.kind === "blob"
        ? from.name
        : from.kind === "address"
          ? from.address
          : before.kind === "read"
            ? before.preview.file
            : "";
    this.status = { kind: "reading", file, progress: null };
    try {
      const preview = await this.#client.call(
        "read",
        { from, as, roles },
        {
          signal: controller.signal,
          onProgress: (progress) => {
            if (this.#controller === controller) {
              this.status = { kind: "reading", file, progress };
            }
          },
        },
      );
      if (this.#controller === controller) this.status = { kind: "read", preview };
    } catch (error) {
      if (this.#controller !== controller || isAbort(error)) return;
      this.status = { kind: "failed", message: messageOf(error) };
    }
  }

  get #client() {
    this.#worker ??= this.#start();
    return this.#worker.client;
  }
}

function isAbort(error: unknown): boolean {
  return (
    (error instanceof RemoteError && error.code === "AbortError") ||
    (error instanceof DOMException && error.name === "AbortError")
  );
}
