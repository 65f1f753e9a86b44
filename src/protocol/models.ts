import type { Gpt2Config } from "../core/gpt2/config";
import type { ModelKind } from "../core/models/onnx-layout";

/** What workers/models.ts can be asked. What it loads, it keeps in the browser, and tells the database. */
export type ModelsContract = {
  /** What a hub has under a name; nothing is loaded but its config.json. */
  look: { params: HubPlace; progress: never; result: FoundModel };
  /** Loads a model that was found, or goes on loading it, and keeps it. */
  download: { params: HubPlace; progress: LoadProgress; result: { id: string } };
  /** Checks files of this computer, and keeps a copy of them. */
  take: {
    params: { name: string; files: readonly NamedFile[] };
    progress: LoadProgress;
    result: { id: string };
  };
  /** Checks a LoRA adapter of this computer against the model that it goes on, and keeps a copy of it. */
  takeAdapter: { params: AdapterFiles; progress: never; result: { id: string } };
  /** Forgets a model, whole or in part. */
  remove: { params: { id: string }; progress: never; result: null };
};

export interface HubPlace {
  /** "owner/name" or "owner/name@revision". */
  readonly repository: string;
  /** The hub's address. */
  readonly host: string;
}

export interface FoundModel {
  /** The target that a study's settings name it by. */
  readonly id: string;
  readonly name: string;
  readonly kind: ModelKind;
  readonly host: string;
  readonly commit: string;
  /** What loading it brings; in a large model one of these is the list of the others. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly bytes: number;
  /** Shape of a GPT-2; null for a model in ONNX. */
  readonly model: Gpt2Config | null;
}

/** Bytes, of the file under way and of all. */
export interface LoadProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
  readonly allDone: number;
  readonly allTotal: number;
}

export interface AdapterFiles {
  readonly name: string;
  /** The target that it goes on. */
  readonly base: string;
  /** The text of that target's config.json. */
  readonly config: string;
  /** PEFT's two. */
  readonly files: readonly NamedFile[];
}

/** A file by its name in the model's folder. */
export interface NamedFile {
  readonly name: string;
  readonly file: File;
}
