import { leaveOutPasswords } from "../core/study/address";
import { applies, type Chosen } from "../core/study/applies";
import { checkConfig, importConfig } from "../core/study/check-config";
import type { StudyConfig, StudyConfigInput } from "../core/study/config";
import { demoStudy } from "../core/study/presets";
import { messageOf } from "../core/message-of";
import type { ModelKind } from "../core/models/onnx-layout";
import { type Path, defaultsFor, getAt, isSame, setAt } from "./setup-tree";

const KEY = "steadfast.setup";

/** The settings of the next study. They are kept in this browser, except for the API key. */
export class SetupState {
  /** What was chosen; what it leaves out comes from the preset. May hold values that are wrong. */
  input = $state.raw<StudyConfigInput>(demoStudy);
  /** For a chat API. In memory; the user may have it remembered (KeyRing). */
  apiKey = $state("");
  /** Why the last file was not imported; null if it was. */
  importProblem = $state.raw<string | null>(null);
  /** What `resetAll` took away, until something else is chosen; null if there is nothing to take back. */
  beforeReset = $state.raw<StudyConfigInput | null>(null);

  checked = $derived(checkConfig(this.input));
  /** What each field is if it is left alone. */
  defaults = $derived(defaultsFor(this.input));

  readonly #storage: Pick<Storage, "getItem" | "setItem">;

  constructor(storage: Pick<Storage, "getItem" | "setItem">) {
    this.#storage = storage;
    this.input = restore(storage.getItem(KEY)) ?? demoStudy;
  }

  /** After an import of settings. */
  reread(): void {
    this.input = restore(this.#storage.getItem(KEY)) ?? demoStudy;
    this.beforeReset = null;
  }

  /** The value of a field: as chosen, be it right or wrong, else its default. */
  valueOf(path: Path): unknown {
    const chosen = getAt(this.input, path);
    return chosen === undefined ? getAt(this.defaults, path) : chosen;
  }

  /** Whether a field or group does anything under what was chosen. */
  applies(path: Path): boolean {
    const method = this.valueOf(["rollouts", "method"]) as Chosen["method"];
    const enabled = this.valueOf(["rollouts", "enabled"]) === true;
    return applies(path, { enabled, method, trains: this.valueOf(["cycles", "max"]) !== 0 });
  }

  /** Whether a field differs from its default; a required one has none to differ from. */
  isChanged(path: Path): boolean {
    const standard = getAt(this.defaults, path);
    return standard !== undefined && !isSame(this.valueOf(path), standard);
  }

  /** What is wrong with a field; null if nothing is. */
  errorOf(path: Path): string | null {
    const name = path.join(".");
    const within = (field: string) => field === name || field.startsWith(`${name}.`);
    return this.checked.errors.find(({ field }) => within(field))?.message ?? null;
  }

  set(path: Path, value: unknown): void {
    this.#keep(setAt(this.input, path, value) as StudyConfigInput);
  }

  /** Back to the default. */
  reset(path: Path): void {
    const { preset, corpus = "demo" } = this.input;
    this.set(path, getAt({ preset, corpus }, path));
  }

  /** Everything back to the defaults of the preset; the corpus and the aligned model stay. */
  resetAll(): void {
    const before = this.input;
    const { preset, corpus = "demo", aligned } = before;
    this.#keep({ preset, corpus, ...(aligned && { aligned }) });
    this.beforeReset = before;
    this.importProblem = null;
  }

  undoReset(): void {
    if (this.beforeReset) this.#keep(this.beforeReset);
  }

  choosePreset(preset: StudyConfig["preset"]): void {
    this.set(["preset"], preset);
  }

  /** A model in ONNX can't be trained: cycles end with it, and come back with a model that can. */
  useTarget(target: string, kind: ModelKind): void {
    const trained = getAt(this.input, ["cycles", "max"]) !== 0;
    const cycles = kind === "onnx" ? 0 : trained ? getAt(this.input, ["cycles", "max"]) : undefined;
    const input = setAt(this.input, ["cycles", "max"], cycles);
    this.#keep(
      setAt(input, ["target"], target === "demo" ? undefined : target) as StudyConfigInput,
    );
  }

  /** Questions named by id belong to a corpus, so they change with it. */
  useCorpus(id: string): void {
    const unpinned = setAt(this.input, ["pinned", "questions"], undefined);
    const kept = setAt(unpinned, ["questions", "alwaysEvaluate"], undefined);
    this.#keep({ ...(kept as StudyConfigInput), corpus: id });
  }

  /** The file replaces the settings, or nothing changes and `importProblem` says why. */
  import(json: string, file: string): void {
    try {
      this.#keep(importConfig(json, file));
      this.importProblem = null;
    } catch (error) {
      this.importProblem = messageOf(error);
    }
  }

  /** Every field as JSON, or what was chosen as it stands while something is wrong with it. */
  export(): string {
    return `${JSON.stringify(this.checked.config ?? this.input, leaveOutPasswords, 2)}\n`;
  }

  #keep(input: StudyConfigInput): void {
    this.input = input;
    this.beforeReset = null;
    this.#storage.setItem(KEY, JSON.stringify(input, leaveOutPasswords));
  }
}

function restore(json: string | null): StudyConfigInput | null {
  if (json === null) return null;
  try {
    const input: unknown = JSON.parse(json, leaveOutPasswords);
    return typeof input === "object" ? (input as StudyConfigInput | null) : null;
  } catch {
    return null; // not ours, or cut off: start from the demo's study
  }
}
