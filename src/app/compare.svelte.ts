/** Two models of stored runs, compared question by question. */
import type { ModelComparison } from "../core/compare/compare";
import type { QuestionId } from "../core/corpus/corpus";
import { messageOf } from "../core/message-of";
import type { Client } from "../protocol/rpc";
import type { StatisticsContract } from "../protocol/statistics";
import { answersOf } from "../storage/answers";
import type { Database } from "../storage/db";
import { listRuns } from "../storage/runs";
import { EXAMPLE_ID, type ExampleState } from "./example.svelte";
import { type EvaluatedModel, cautions, evaluatedModels, questionTexts } from "./evaluated-models";

export type { EvaluatedModel };

export interface Compared {
  readonly before: EvaluatedModel;
  readonly after: EvaluatedModel;
  readonly comparison: ModelComparison;
  readonly texts: ReadonlyMap<QuestionId, string>;
  /** Why the two may not compare, as sentences. */
  readonly cautions: readonly string[];
}

export type CompareStatus =
  | { readonly kind: "idle" | "computing" }
  | { readonly kind: "done"; readonly compared: Compared }
  | { readonly kind: "failed"; readonly message: string };

export class CompareState {
  /** Null before the first look; newest run first. */
  models = $state.raw<readonly EvaluatedModel[] | null>(null);
  status = $state.raw<CompareStatus>({ kind: "idle" });

  readonly #db: Database;
  readonly #startStatistics: () => Client<StatisticsContract>;
  readonly #example: Pick<ExampleState, "open"> | null;
  #statistics: Client<StatisticsContract> | null = null;
  /** Counts what was asked for: a comparison that comes after a later one was asked for is dropped. */
  #asked = 0;

  /** @param example  the recorded study, whose models compare like those of a run; null where there is none. */
  constructor(
    db: Database,
    startStatistics: () => Client<StatisticsContract>,
    example: Pick<ExampleState, "open"> | null = null,
  ) {
    this.#db = db;
    this.#startStatistics = startStatistics;
    this.#example = example;
  }

  /** Reads which models there are. */
  async load(): Promise<void> {
    const runs = await listRuns(this.#db);
    const own = await Promise.all(runs.map((run) => evaluatedModels(this.#db, run)));
    // Who has imported its archive has it as a run already.
    const isOwn = runs.some(({ id }) => id === EXAMPLE_ID);
    const example = isOwn ? null : await this.#example?.open();
    const recorded = example ? await evaluatedModels(example.db, example.run.record) : [];
    this.models = [...own.flat(), ...recorded];
  }

  async compare(before: EvaluatedModel | null, after: EvaluatedModel | null): Promise<void> {
    const asked = ++this.#asked;
    if (before === null || after === null) {
      this.status = { kind: "idle" };
      return;
    }
    this.status = { kind: "computing" };
    let status: CompareStatus;
    try {
      status = { kind: "done", compared: await this.#compared(before, after) };
    } catch (error) {
      status = { kind: "failed", message: messageOf(error) };
    }
    if (asked === this.#asked) this.status = status;
  }

  /** What both said to one question: [before, after], each in the order of its wordings. */
  async answers(
    id: QuestionId,
    { before, after }: Compared,
  ): Promise<readonly [string[], string[]]> {
    const said = async ({ run, role, cycle }: EvaluatedModel) =>
      (
        (await answersOf(await this.#dbOf(run.id), run.id, { cycle, role, split: "evaluation" })) ??
        []
      )
        .filter(({ questionId }) => questionId === id)
        .map(({ text }) => text);
    return [await said(before), await said(after)];
  }

  async #dbOf(runId: string): Promise<Database> {
    return (runId === EXAMPLE_ID ? (await this.#example?.open())?.db : null) ?? this.#db;
  }

  async #compared(before: EvaluatedModel, after: EvaluatedModel): Promise<Compared> {
    this.#statistics ??= this.#startStatistics();
    const { seed, statistics } = after.run.config;
    const comparison = await this.#statistics.call("compareModels", {
      before: before.scores,
      after: after.scores,
      options: { seed, ...statistics },
    });
    const sources = [before.run.id, after.run.id].map(async (runId) => ({
      db: await this.#dbOf(runId),
      runId,
    }));
    const texts = await questionTexts(await Promise.all(sources));
    return { before, after, comparison, texts, cautions: cautions(before, after) };
  }
}
