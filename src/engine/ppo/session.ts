import type { AdapterWeights } from "../../core/adapter/peft";
import type { Rollout } from "../../core/ppo/layout";
import type { PpoStats } from "../../core/ppo/statistics";
import { deriveSeed } from "../../core/random";
import type { TrainingState } from "../../core/study/checkpoint";
import type { Hooks } from "../../core/study/hooks";
import type { PpoSession, PpoSettings, ScoredRollout, SeededPrompt } from "../../core/study/ports";
import { type AttachedAdapter, exportAdapter } from "../adapter/attach";
import { generate } from "../generate/generate";
import type { Gpt2 } from "../gpt2/model";
import type { TextTokenizer } from "../tokenizer";
import { PpoTrainer } from "./trainer";

/** PPO on an attached adapter, from texts to texts. Model and adapter are the caller's. */
export class Gpt2PpoSession implements PpoSession {
  readonly #model: Gpt2;
  readonly #adapter: AttachedAdapter;
  readonly #tokenizer: TextTokenizer;
  readonly #settings: PpoSettings;
  readonly #trainer: PpoTrainer;
  #held: readonly Rollout[] = [];

  constructor(
    model: Gpt2,
    adapter: AttachedAdapter,
    tokenizer: TextTokenizer,
    settings: PpoSettings,
    from: TrainingState | null,
  ) {
    this.#model = model;
    this.#adapter = adapter;
    this.#tokenizer = tokenizer;
    this.#settings = settings;
    this.#trainer = new PpoTrainer(model, adapter.variables(), {
      config: settings.ppo,
      reference: settings.reference,
      seed: deriveSeed(settings.seed, "trainer"),
      valueHead: null,
    });
    if (from === null) return;
    try {
      this.#trainer.restore(from);
    } catch (error) {
      this.#trainer.dispose(); // nobody has the session to end it
      throw error;
    }
  }

  async rollout(prompts: readonly SeededPrompt[], hooks: Hooks): Promise<readonly string[]> {
    const rows = prompts.map(({ prompt, seed }) => ({ ids: this.#tokenizer.encode(prompt), seed }));
    const generated = await generate(this.#model, rows, { ...this.#settings.sampling, ...hooks });
    const { endOfText } = this.#model.config;
    this.#held = generated.map(({ ids, stopped }, i) => ({
      query: rows[i]!.ids,
      response: stopped ? [...ids, endOfText] : ids, // ending is a choice of the policy's, so it is paid for too
    }));
    return generated.map(({ ids }) => this.#tokenizer.decode(ids));
  }

  async step(batch: readonly ScoredRollout[], { signal }: Hooks): Promise<PpoStats> {
    const rollouts = batch.map(({ rollout }) => this.#held[rollout]!);
    const scores = batch.map(({ score }) => score);
    return this.#trainer.step(rollouts, scores, { signal });
  }

  snapshot(): Promise<TrainingState> {
    return this.#trainer.snapshot();
  }

  async end(): Promise<AdapterWeights> {
    this.#trainer.dispose();
    return exportAdapter(this.#adapter);
  }
}
