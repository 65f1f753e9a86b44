import type { Corpus, Question } from "../core/corpus/corpus";
import type { FoundationLabels } from "../core/import/collect";
import type { ExportedFile } from "../core/import/export";
import type { FormatName } from "../core/import/formats";
import type { Imported } from "../core/import/import";
import type { Roles } from "../core/import/roles";

/** Where a file comes from; "same" is the one that was read last, to be read another way. */
export type ImportFrom =
  | { readonly kind: "blob"; readonly blob: Blob; readonly name: string }
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "same" };

export interface ReadProgress {
  readonly part: "fetch" | "read";
  readonly bytes: number;
  /** Null where the host doesn't tell. */
  readonly total: number | null;
  readonly records: number;
}

/** What a file came to, without the questions themselves: these stay in the worker until they are wanted. */
export interface ImportPreview extends Omit<Imported, "corpus" | "labels"> {
  /** Name of the file. */
  readonly file: string;
  /** The first questions. */
  readonly questions: readonly Question[];
  readonly fingerprint: string;
  readonly labels: readonly FoundationLabels[];
}

/** A corpus as it is stored, without its questions, which come before it as progress. */
export type StoredImport = Omit<Corpus, "questions">;

/** What the import's worker can be asked; workers/import.ts answers. Progress comes at most 10 times a second. */
export type ImportContract = {
  read: {
    params: { from: ImportFrom; as: FormatName | null; roles: Roles | null };
    progress: ReadProgress;
    result: ImportPreview;
  };
  /** Stores what was read last, and gives its questions out in parts that hold up nobody. */
  store: {
    params: { id: string; importedAt: number };
    progress: readonly Question[];
    result: StoredImport;
  };
  /** A stored corpus as its file held it. */
  exportOriginal: { params: { id: string }; progress: never; result: ExportedFile };
};
