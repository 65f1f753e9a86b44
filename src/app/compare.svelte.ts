/** Two models of stored runs, compared question by question. */
import type { ModelComparison } from "../core/compare/compare";
import type { QuestionId } from "../core/corpus/corpus";
import { messageOf } from "../core/message-of";
import type { Client } from "../protocol/rpc";
import type { StatisticsContract } from "../protocol/statistics";
import { answersOf } from "../storage/answers";
import type { Database } from "../storage/db";
import { listRuns } from "../storage/runs";
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
  #statistics: Client<StatisticsContract> | null = null;
  /** Counts what was asked for: a comparison that comes after a later one was asked for is dropped. */
  #asked = 0;

  constructor(db: Database, startStatistics: () => Client<StatisticsContract>) {
    this.#db = db;
    this.#startStatistics = startStatistics;
  }

  /** Reads which models there are. */
  async load(): Promise<void> {
    const runs = await listRuns(this.#db);
    this.models = (await Promise.all(runs.map((run) => evaluatedModels(this.#db, run)))).flat();
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
      ((await answersOf(this.#db, run.id, { cycle, role, split: "evaluation" })) ?? [])
        .filter(({ questionId }) => questionId === id)
        .map(({ text }) => text);
    return [await said(before), await said(after)];
  }

  async #compared(before: EvaluatedModel, after: EvaluatedModel): Promise<Compared> {
    this.#statistics ??= this.#startStatistics();
    const { seed, statistics } = after.run.config;
    const comparison = await this.#statistics.call("compareModels", {
      before: before.scores,
      after: after.scores,
      options: { seed, ...statistics },
    });
    const texts = await questionTexts(this.#db, [before.run.id, after.run.id]);
    return { before, after, comparison, texts, cautions: cautions(before, after) };
  }
}
