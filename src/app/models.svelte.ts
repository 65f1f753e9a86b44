import { type Gpt2Config, readGpt2Config } from "../core/gpt2/config";
import type { ModelKind } from "../core/models/onnx-layout";
import { parseRepository } from "../core/models/target";
import type { FoundModel, LoadProgress, ModelsContract, NamedFile } from "../protocol/models";
import type { Client } from "../protocol/rpc";
import type { Database } from "../storage/db";
import { type ModelRow, listModels } from "../storage/models";
import type { PickedModel } from "./model-picker";
import { type Work, settle } from "./work";

export type { FoundModel };

/** How far loading is, with the pace that time left is told from. */
export interface Loading extends LoadProgress {
  /** Where this attempt stood when it began, and when: what an earlier one left says nothing about the pace. */
  readonly from: { readonly at: number; readonly done: number };
  readonly now: number;
}

/** A model that a study can be of. */
export interface KeptModel extends ModelRow {
  readonly kind: ModelKind;
  /** Shape of a GPT-2; null for a model in ONNX. */
  readonly model: Gpt2Config | null;
}

/** The models in this browser: found on a hub, loaded, taken from this computer, and deleted. */
export class ModelsState {
  /** Newest first, those that are not whole yet among them. */
  kept = $state.raw<readonly KeptModel[]>([]);
  /** What was found on a hub last. */
  search = $state.raw<Work<FoundModel>>({ kind: "none" });
  /** What is being loaded or taken; its result is the model's id. */
  loading = $state.raw<Work<string, Loading>>({ kind: "none" });

  readonly #db: Database;
  readonly #start: () => Client<ModelsContract>;
  #client: Client<ModelsContract> | null = null;
  #controller = new AbortController();

  constructor(db: Database, start: () => Client<ModelsContract>) {
    this.#db = db;
    this.#start = start;
  }

  async load(): Promise<void> {
    const rows = await listModels(this.#db);
    this.kept = rows.map((row) => {
      const { kind = "gpt2" } = row;
      return { ...row, kind, model: kind === "gpt2" ? readGpt2Config(row.config) : null };
    });
  }

  /** Null where it is not here, or not whole. */
  find(target: string): KeptModel | null {
    return this.kept.find(({ id, origin }) => id === target && origin !== null) ?? null;
  }

  /** Looks what a hub has under a name: "owner/name" or "owner/name@revision". */
  async look(repository: string, host: string): Promise<void> {
    this.search = { kind: "working", progress: null };
    const found = async () => {
      parseRepository(repository);
      return this.#worker().call("look", { repository, host });
    };
    this.search = await settle(found());
  }

  /** Loads what was found, or goes on with what broke off. @returns whether it is here now. */
  async download({ name, commit, host }: FoundModel): Promise<boolean> {
    return this.#carryOut((options) =>
      this.#worker().call("download", { repository: `${name}@${commit}`, host }, options),
    );
  }

  /** Goes on loading a model of which a part is here. */
  async goOn({ id, host }: ModelRow): Promise<boolean> {
    const repository = id.replace(/^hub:/, "");
    return this.#carryOut((options) =>
      this.#worker().call("download", { repository, host: host! }, options),
    );
  }

  /** Takes files of this computer as a model. @param name  of their folder. */
  async take(name: string, files: readonly NamedFile[]): Promise<boolean> {
    return this.#carryOut((options) => this.#worker().call("take", { name, files }, options));
  }

  /** Takes a LoRA adapter of this computer, to go on a target. @param config  text of the target's config.json. */
  async takeAdapter(base: string, config: string, { name, files }: PickedModel): Promise<boolean> {
    return this.#carryOut((options) =>
      this.#worker().call("takeAdapter", { name, base, config, files }, { signal: options.signal }),
    );
  }

  /** Stops loading. What has come so far stays. */
  cancel(): void {
    this.#controller.abort();
  }

  async remove(id: string): Promise<void> {
    await this.#worker().call("remove", { id });
    await this.load();
  }

  async #carryOut(
    call: (options: {
      signal: AbortSignal;
      onProgress: (progress: LoadProgress) => void;
    }) => Promise<{ id: string }>,
  ): Promise<boolean> {
    if (this.loading.kind === "working") return false;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.loading = { kind: "working", progress: null };
    let from: Loading["from"] | null = null;
    const onProgress = (progress: LoadProgress) => {
      const now = Date.now();
      from ??= { at: now, done: progress.allDone };
      this.loading = { kind: "working", progress: { ...progress, from, now } };
    };
    const ended = await settle(call({ signal, onProgress }).then(({ id }) => id));
    await this.load();
    this.loading = signal.aborted && ended.kind === "failed" ? { kind: "cancelled" } : ended;
    return ended.kind === "done";
  }

  #worker(): Client<ModelsContract> {
    return (this.#client ??= this.#start());
  }
}

/** Time left in ms by the pace so far; null while there is none. */
export function loadingLeft({ from, now, allDone, allTotal }: Loading): number | null {
  if (allDone <= from.done || now <= from.at) return null;
  return ((now - from.at) / (allDone - from.done)) * (allTotal - allDone);
}
