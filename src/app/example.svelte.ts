/** The recorded example study that comes with the app: read, verified, and kept apart from the user's own runs. */
import { type ProjectArchive, digestOf, openProject } from "../core/format/project/project";
import { messageOf } from "../core/message-of";
import type { Corpus } from "../core/corpus/corpus";
import { type Database, openDatabase } from "../storage/db";
import { eventsOf } from "../storage/events";
import { importItems, itemOf, wipe } from "../storage/project";
import { reportOf } from "../storage/reports";
import { getRun } from "../storage/runs";
import { sha256OfBytes } from "../storage/digest";
import { fetchExample } from "./example-files";
import { StudyRun } from "./study-run.svelte";

/** The run's id, in addresses too. */
export const EXAMPLE_ID = "example";
const NAME = "Example study (recorded)";

/** A database of its own: no backup, list or deletion of the user's runs meets it. */
const DATABASE = "steadfast-example";
const EXTENT = { adapters: false, checkpoints: false };

export interface Example {
  readonly db: Database;
  readonly run: StudyRun;
  /** Multiply-adds a second of the machine that it was recorded on; null where that is not known. */
  readonly machineSpeed: number | null;
}

export type ExampleStatus =
  | { readonly kind: "reading" }
  | { readonly kind: "ready"; readonly example: Example }
  | { readonly kind: "failed"; readonly message: string };

export class ExampleState {
  status = $state.raw<ExampleStatus>({ kind: "reading" });
  /** Null until it is read, or where it can't be. */
  ready: Example | null = $derived(this.status.kind === "ready" ? this.status.example : null);

  readonly #base: string;
  readonly #findCorpus: (id: string) => Corpus | null;
  #opening: Promise<Example | null> | null = null;
  #storing: Promise<Pick<Example, "db" | "machineSpeed">> | null = null;

  /** @param base  address of the page: the example lies under example/ beside it. */
  constructor(base: string, findCorpus: (id: string) => Corpus | null) {
    this.#base = base;
    this.#findCorpus = findCorpus;
  }

  /** Begins to fetch and verify it, for which nothing else of the app need be there. */
  prepare(): void {
    this.#stored().catch(() => {}); // `open` says so
  }

  /** Reads it, once. Null where that fails; the status says why. */
  open(): Promise<Example | null> {
    return (this.#opening ??= this.#open());
  }

  async #open(): Promise<Example | null> {
    try {
      const example = await this.#read();
      this.status = { kind: "ready", example };
      return example;
    } catch (error) {
      this.#opening = this.#storing = null; // the network may come back
      this.status = { kind: "failed", message: messageOf(error) };
      return null;
    }
  }

  async #read(): Promise<Example> {
    const { db, machineSpeed } = await this.#stored();
    const record = await getRun(db, EXAMPLE_ID);
    if (record === null) throw new Error(`study.zip holds no run "${EXAMPLE_ID}"`);
    const marked = { ...record, name: NAME }; // wherever runs are named
    const run = new StudyRun(marked, this.#findCorpus(record.corpusId));
    run.replace(await eventsOf(db, EXAMPLE_ID));
    run.report = await reportOf(db, EXAMPLE_ID);
    return { db, run, machineSpeed };
  }

  #stored() {
    return (this.#storing ??= this.#store());
  }

  async #store(): Promise<Pick<Example, "db" | "machineSpeed">> {
    const [archive, db, machineSpeed] = await Promise.all([
      this.#archive(),
      openDatabase({ name: DATABASE }),
      this.#machineSpeed(),
    ]);
    const [item] = archive.items;
    const stored = await itemOf(db, "run", EXAMPLE_ID, EXTENT);
    const isSame = stored && item && (await digestOf(stored, sha256OfBytes)) === item.digest;
    if (item && !isSame) {
      if (stored) await wipe(db);
      await importItems(db, [await archive.read(item)]);
    }
    return { db, machineSpeed };
  }

  async #archive(): Promise<ProjectArchive> {
    const bytes = new Uint8Array(await (await fetchExample(this.#base, "study.zip")).arrayBuffer());
    const source = {
      name: "study.zip",
      size: bytes.length,
      read: async (start: number, end: number) => bytes.slice(start, end),
    };
    return openProject(source, sha256OfBytes); // every byte against its hash
  }

  async #machineSpeed(): Promise<number | null> {
    const machine: unknown = await (await fetchExample(this.#base, "machine.json")).json();
    if (typeof machine !== "object" || machine === null) return null;
    const speed = (machine as Readonly<Record<string, unknown>>)["multiplyAddsPerSecond"];
    return typeof speed === "number" && speed > 0 ? speed : null;
  }
}
