/** How consistent a model of a stored run is at several temperatures: its held-out questions, asked again here. */
import type { AdapterWeights } from "../core/adapter/peft";
import type { Corpus } from "../core/corpus/corpus";
import { messageOf } from "../core/message-of";
import { SWEEP_TEMPERATURES, type SweepPoint } from "../core/study/sweep-point";
import type { SweepProgress } from "../protocol/study";
import { presentCorpus } from "./corpora.svelte";
import { type Device, endIfBroken } from "./device.svelte";
import { adapterToAsk, type EvaluatedModel, questionsOf } from "./evaluated-models";

export type SweepStatus =
  | { readonly kind: "working"; readonly progress: SweepProgress | null }
  | { readonly kind: "done"; readonly points: readonly SweepPoint[] }
  | { readonly kind: "failed"; readonly message: string };

export class SweepState {
  /** By the model's key; kept as long as the page is open. */
  statuses = $state.raw<Readonly<Record<string, SweepStatus>>>({});
  running = $derived(Object.values(this.statuses).some(({ kind }) => kind === "working"));

  readonly #device: Pick<Device, "start" | "end">;
  readonly #findCorpus: (id: string) => Corpus | null;
  readonly #adapterOf: (model: EvaluatedModel) => Promise<AdapterWeights | null>;
  #controller = new AbortController();

  /**
   * @param findCorpus  of a run; null where it is gone.
   * @param adapterOf   of a trained model; null where it is not kept, and for one that was not trained.
   */
  constructor(
    device: Pick<Device, "start" | "end">,
    findCorpus: (id: string) => Corpus | null,
    adapterOf: (model: EvaluatedModel) => Promise<AdapterWeights | null>,
  ) {
    this.#device = device;
    this.#findCorpus = findCorpus;
    this.#adapterOf = adapterOf;
  }

  /** Answers that a sweep asks for; null where the corpus is gone. */
  answersOf(model: EvaluatedModel): number | null {
    const corpus = this.#findCorpus(model.run.corpusId);
    if (corpus === null) return null;
    const wordings = questionsOf(model, corpus).reduce(
      (sum, { paraphrases }) => sum + paraphrases.length,
      0,
    );
    return wordings * SWEEP_TEMPERATURES.length;
  }

  /** Runs to its end, or to a state that says why not. Does nothing while a sweep is running. */
  async run(model: EvaluatedModel): Promise<void> {
    if (this.running) return;
    const { key, run } = model;
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#set(key, { kind: "working", progress: null });
    try {
      const corpus = presentCorpus(this.#findCorpus(run.corpusId), run.corpusName);
      const questions = questionsOf(model, corpus);
      const adapter = adapterToAsk(await this.#adapterOf(model), model);
      const { client } = await this.#device.start();
      const params = { config: run.config, questions, adapter, temperatures: SWEEP_TEMPERATURES };
      const points = await client.call("sweep", params, {
        signal,
        onProgress: (progress) => this.#set(key, { kind: "working", progress }),
      });
      this.#set(key, { kind: "done", points });
    } catch (error) {
      endIfBroken(this.#device, error);
      if (signal.aborted) this.#forget(key);
      else this.#set(key, { kind: "failed", message: messageOf(error) });
    }
  }

  /** Stops at the next block of answers; what was measured so far goes. */
  cancel(): void {
    this.#controller.abort();
  }

  #set(key: string, status: SweepStatus): void {
    this.statuses = { ...this.statuses, [key]: status };
  }

  #forget(key: string): void {
    const others = Object.entries(this.statuses).filter(([other]) => other !== key);
    this.statuses = Object.fromEntries(others);
  }
}
