/** Measures of a stored run's answers that its evaluation left out: its wordings asked again here, and contradictions. */
import type { AdapterWeights } from "../core/adapter/peft";
import type { Answer, AnswerSet } from "../core/answers/answer";
import type { Corpus } from "../core/corpus/corpus";
import { REPORTED_ROLES, type ReportedRole } from "../core/format/report";
import type { ListedName } from "../core/measures/registry";
import { messageOf } from "../core/message-of";
import type { QuestionScore } from "../core/study/scoring";
import type { InferenceChoice } from "../protocol/encoder";
import type { Remeasured, RemeasureProgress } from "../protocol/study";
import { presentCorpus } from "./corpora.svelte";
import { type Device, endIfBroken } from "./device.svelte";
import { adapterToAsk, type EvaluatedModel, modelKey, questionsOf } from "./evaluated-models";
import type { PickedModel } from "./model-picker";

/** Which of the two; each is asked for by itself. */
export type Remeasuring = "again" | "contradictions";

export interface RemeasureStatus {
  /** What is under way. */
  readonly working: {
    readonly what: Remeasuring;
    readonly progress: RemeasureProgress | null;
  } | null;
  readonly problem: string | null;
  readonly done: Readonly<Partial<Record<Remeasuring, Remeasured>>>;
}

/** What each of the two is asked for. */
const MEASURED: Readonly<Record<Remeasuring, readonly ListedName[]>> = {
  again: ["resampledSimilarity", "wordingEffect"],
  contradictions: ["contradictionRate"],
};

const NOTHING: RemeasureStatus = { working: null, problem: null, done: {} };

interface Sources {
  /** Null where it is gone. */
  readonly corpusOf: (model: EvaluatedModel) => Corpus | null;
  /** Of a trained model; null where it is not kept, and for one that was not trained. */
  readonly adapterOf: (model: EvaluatedModel) => Promise<AdapterWeights | null>;
  /** Null where they are not kept. */
  readonly answersOf: (runId: string, set: AnswerSet) => Promise<readonly Answer[] | null>;
}

export class RemeasureState {
  /** What tells contradictions; null until it is chosen. */
  inference = $state.raw<InferenceChoice | null>(null);
  /** By the model's key; kept as long as the page is open. */
  statuses = $state.raw<Readonly<Record<string, RemeasureStatus>>>({});
  running = $derived(Object.values(this.statuses).some(({ working }) => working !== null));

  readonly #device: Pick<Device, "start" | "end">;
  readonly #sources: Sources;
  #controller = new AbortController();

  constructor(device: Pick<Device, "start" | "end">, sources: Sources) {
    this.#device = device;
    this.#sources = sources;
  }

  statusOf({ key }: EvaluatedModel): RemeasureStatus {
    return this.statuses[key] ?? NOTHING;
  }

  /** A question's score with what was measured of it since, in place of why it was not. */
  withMeasured(runId: string, { role, cycle, split }: AnswerSet, score: QuestionScore) {
    if (split !== "evaluation" || !isReported(role)) return score;
    const { done } = this.statuses[modelKey(runId, role, cycle)] ?? NOTHING;
    const found = (Object.keys(MEASURED) as Remeasuring[]).flatMap((what) => {
      const measures = done[what]?.scores.find(({ id }) => id === score.id)?.measures;
      return MEASURED[what].flatMap((name) => {
        const measured = measures?.[name];
        return measured ? [[name, measured] as const] : [];
      });
    });
    if (found.length === 0) return score;
    return { ...score, measures: { ...score.measures, ...Object.fromEntries(found) } };
  }

  /** "owner/name" of a hub; nothing is loaded before it is used. Null for an empty text. */
  chooseHub(model: string, host: string): void {
    this.inference = model.trim() === "" ? null : { kind: "hub", model: model.trim(), host };
  }

  chooseFiles({ name, files }: PickedModel): void {
    this.inference = { kind: "files", name, files };
  }

  /** Runs to its end, or to a status that says why not. Does nothing while one is running. */
  async run(model: EvaluatedModel, what: Remeasuring): Promise<void> {
    if (this.running) return;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#update(model, { working: { what, progress: null }, problem: null });
    try {
      const params = { ...(await this.#answersOf(model)), ...(await this.#wanted(model, what)) };
      const { client } = await this.#device.start();
      const result = await client.call("remeasure", params, {
        signal,
        onProgress: (progress) => this.#update(model, { working: { what, progress } }),
      });
      this.#update(model, { done: { ...this.statusOf(model).done, [what]: result } });
    } catch (error) {
      endIfBroken(this.#device, error);
      if (!signal.aborted) this.#update(model, { problem: messageOf(error) });
    } finally {
      this.#update(model, { working: null });
    }
  }

  /** Stops at the next block of answers. */
  cancel(): void {
    this.#controller.abort();
  }

  async #answersOf(model: EvaluatedModel) {
    const { run, role, cycle } = model;
    const corpus = presentCorpus(this.#sources.corpusOf(model), run.corpusName);
    const answers = await this.#sources.answersOf(run.id, { cycle, role, split: "evaluation" });
    if (answers === null) throw new Error("its answers are not kept in this browser");
    return { config: run.config, questions: questionsOf(model, corpus), answers };
  }

  async #wanted(model: EvaluatedModel, what: Remeasuring) {
    if (what === "contradictions") {
      if (this.inference === null) throw new Error("choose a model of inference first");
      return { inference: this.inference };
    }
    return { again: { adapter: adapterToAsk(await this.#sources.adapterOf(model), model) } };
  }

  #update(model: EvaluatedModel, change: Partial<RemeasureStatus>): void {
    this.statuses = { ...this.statuses, [model.key]: { ...this.statusOf(model), ...change } };
  }
}

const isReported = (role: AnswerSet["role"]): role is ReportedRole =>
  REPORTED_ROLES.some((one) => one === role);
