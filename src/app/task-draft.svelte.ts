import { type AnswerSet, answerSetName } from "../core/answers/answer";
import { type Label, DEFAULT_PROMPT } from "../core/annotation/task";
import type { AnswerPair } from "../core/annotation/pair";
import { messageOf } from "../core/message-of";
import { answersOf, answerSetsOf } from "../storage/answers";
import type { Database } from "../storage/db";
import { eventsOf } from "../storage/events";
import { type RunRecord, listRuns } from "../storage/runs";
import type { CorporaState, CorpusEntry } from "./corpora.svelte";
import { sha256 } from "./digest";
import { decodeText } from "./read-corpus";
import { applyBatch, emptyView } from "./study-view";
import {
  type PairPool,
  choosePairs,
  poolAcross,
  poolOfAnswers,
  poolOfCsv,
  poolOfRecorded,
} from "./task-pairs";
import { type StoredTask, type TaskSource, type TasksState, readChecks } from "./tasks.svelte";
import { TRIAL } from "./trial-task";

/** A run with stored answers, which a task can be made of. */
export interface AnsweredRun {
  readonly record: RunRecord;
  readonly sets: readonly AnswerSet[];
}

interface Checks {
  readonly file: string;
  readonly pairs: readonly { readonly pair: AnswerPair; readonly expected: Label }[];
}

/** A task in the making: which pairs, and what raters are asked. */
export class TaskDraft {
  title = $state("");
  prompt = $state(DEFAULT_PROMPT);
  guidelines = $state("");
  /** "all" pairs, or a "sample" of `count`. */
  extent = $state<"all" | "sample">("all");
  count = $state<number | null>(100);
  stratified = $state(true);
  /** Hidden repeats, in percent of the pairs. */
  repeatPercent = $state<number | null>(10);
  seed = $state<number | null>(1);

  /** Newest first; null until read. */
  runs = $state.raw<readonly AnsweredRun[] | null>(null);
  /** Corpora whose answers come with them. */
  recorded: readonly CorpusEntry[] = $derived.by(() =>
    this.#corpora.entries.filter(({ corpus }) =>
      corpus.questions.some(({ recorded }) => recorded !== null),
    ),
  );
  source = $state.raw<TaskSource | null>(null);
  pool = $state.raw<PairPool | null>(null);
  checks = $state.raw<Checks | null>(null);
  problem = $state.raw<string | null>(null);

  /** How many pairs raters will label, repeats and checks apart. */
  chosen = $derived(
    this.pool === null ? 0 : this.extent === "all" ? this.pool.pairs.length : (this.count ?? 0),
  );

  readonly #db: Database;
  readonly #tasks: TasksState;
  readonly #corpora: Pick<CorporaState, "entries" | "find">;

  #isChosen = false;

  constructor(db: Database, tasks: TasksState, corpora: Pick<CorporaState, "entries" | "find">) {
    this.#db = db;
    this.#tasks = tasks;
    this.#corpora = corpora;
  }

  /** Reads which runs there are. Until something is chosen, takes the newest's last answers, or else recorded ones. */
  async loadRuns(): Promise<void> {
    const records = await listRuns(this.#db);
    const all = await Promise.all(
      records.map(async (record) => ({ record, sets: await answerSetsOf(this.#db, record.id) })),
    );
    this.runs = all.filter(({ sets }) => sets.length > 0);
    const [newest] = this.runs;
    const [corpus] = this.recorded;
    if (this.#isChosen) return;
    if (newest) await this.useAnswers(newest.record.id, preferred(newest.sets));
    else if (corpus) await this.useRecorded(corpus.id);
  }

  /** @param against  the other model's answers, for pairs of two models' answers to one wording. */
  async useAnswers(runId: string, set: AnswerSet, against?: AnswerSet): Promise<void> {
    const source = { kind: "run" as const, runId, set, ...(against && { against }) };
    await this.#attempt(source, async () => {
      const run = this.runs?.find(({ record }) => record.id === runId);
      const corpus = run && this.#corpora.find(run.record.corpusId)?.corpus;
      if (!corpus) {
        throw new RangeError("The questions of this run are not here any more. Import its corpus.");
      }
      if (against) {
        const [first, second] = await Promise.all(
          [set, against].map((of) => answersOf(this.#db, runId, of)),
        );
        return poolAcross(first ?? [], second ?? [], corpus.questions, sha256);
      }
      const [answers, batches] = await Promise.all([
        answersOf(this.#db, runId, set),
        eventsOf(this.#db, runId),
      ]);
      const { scored } = batches.reduce(applyBatch, emptyView);
      const scores = scored.get(answerSetName(set))?.scores ?? [];
      return poolOfAnswers(answers ?? [], corpus.questions, scores, sha256);
    });
  }

  async useRecorded(corpusId: string): Promise<void> {
    await this.#attempt(this.#sourceOf(corpusId), () => this.#poolOf(corpusId));
  }

  async useCsv(file: File): Promise<void> {
    await this.#attempt({ kind: "file", name: file.name }, async () =>
      poolOfCsv(await textOf(file), file.name, sha256),
    );
  }

  /** Nothing chosen: what was read before does not stay behind another choice. */
  clear(): void {
    this.#isChosen = true;
    [this.source, this.pool, this.problem] = [null, null, null];
  }

  async useChecks(file: File | null): Promise<void> {
    try {
      this.checks = file && {
        file: file.name,
        pairs: await readChecks(await textOf(file), file.name),
      };
      this.problem = null;
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  /** Makes and stores the task; null if it cannot be made, and `problem` says why. */
  async make(): Promise<StoredTask | null> {
    const { pool, source, seed, count, repeatPercent } = this;
    try {
      if (!pool || !source) throw new RangeError("Choose the answers or a file of pairs first.");
      if (seed === null) throw new RangeError("Enter a seed, such as 1.");
      const n = this.extent === "all" ? null : (count ?? 0);
      if (n !== null && !(Number.isInteger(n) && n >= 1 && n <= pool.pairs.length)) {
        const range = `a whole number from 1 to ${pool.pairs.length}`;
        throw new RangeError(`The number of pairs must be ${range}.`);
      }
      const settings = {
        title: this.title.trim() || "Labelling",
        prompt: this.prompt.trim() || DEFAULT_PROMPT,
        guidelines: this.guidelines.trim(),
        repeatShare: (repeatPercent ?? 0) / 100,
        checks: this.checks?.pairs ?? [],
        seed,
      };
      const pairs = choosePairs(pool, n, seed, this.stratified);
      this.problem = null;
      return await this.#tasks.make(pairs, settings, source);
    } catch (error) {
      this.problem = messageOf(error);
      return null;
    }
  }

  /** Makes and stores the task to try labelling with; null if it cannot be made, and `problem` says why. */
  async makeTrial(): Promise<StoredTask | null> {
    const { corpusId, pairs, settings } = TRIAL;
    try {
      const chosen = choosePairs(await this.#poolOf(corpusId), pairs, settings.seed, true);
      this.problem = null;
      return await this.#tasks.make(chosen, settings, this.#sourceOf(corpusId));
    } catch (error) {
      this.problem = messageOf(error);
      return null;
    }
  }

  #sourceOf(corpusId: string): TaskSource {
    const name = this.#corpora.find(corpusId)?.corpus.name ?? corpusId;
    return { kind: "corpus", corpusId, name };
  }

  async #poolOf(corpusId: string): Promise<PairPool> {
    const entry = this.#corpora.find(corpusId);
    if (!entry) throw new RangeError(`The corpus ${corpusId} is not here. Reload the page.`);
    return poolOfRecorded(entry.corpus.questions, sha256);
  }

  async #attempt(source: TaskSource, read: () => Promise<PairPool>): Promise<void> {
    this.clear();
    this.source = source;
    try {
      const pool = await read();
      if (this.source !== source) return; // another was chosen meanwhile
      this.pool = pool;
      if (pool !== null && this.count !== null)
        this.count = Math.min(this.count, pool.pairs.length);
    } catch (error) {
      if (this.source === source) this.problem = messageOf(error);
    }
  }
}

/** What a study is about: a trained model's held-out answers, else the first that there are. */
function preferred(sets: readonly AnswerSet[]): AnswerSet {
  const heldOut = sets.filter(({ split }) => split === "evaluation");
  return heldOut.findLast(({ role }) => role !== "aligned") ?? sets[0]!;
}

async function textOf(file: File): Promise<string> {
  return decodeText(new Uint8Array(await file.arrayBuffer()), file.name);
}
