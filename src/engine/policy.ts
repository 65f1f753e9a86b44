/** The study's target model: a GPT-2 with its tokenizer and an adapter that comes and goes. */
import type { AdapterConfig } from "../core/adapter/config";
import type { AdapterWeights } from "../core/adapter/peft";
import type { Gpt2Config } from "../core/gpt2/config";
import type { ModelOrigin } from "../core/models/origin";
import { largest } from "../core/largest";
import { deriveSeed } from "../core/random";
import { labelSequence } from "../core/sft/labels";
import type { Sampling } from "../core/study/config";
import type { TrainingState } from "../core/study/checkpoint";
import type { Hooks } from "../core/study/hooks";
import type { Policy, SeededPrompt, TrainingExample } from "../core/study/ports";
import type { RolloutSettings, RolloutTrainer, SftSettings } from "../core/study/trainer";
import type { Continuation as AskedContinuation, LogProb } from "../core/tasks/log-probs";
import { foldIn } from "./adapter/merged";
import { type AttachedAdapter, checkTargets, createAdapter, importAdapter } from "./adapter/attach";
import type { Generated } from "./generate/generate";
import { RoomySampler } from "./generate/within-room";
import { type ModelFiles, loadGpt2 } from "./gpt2/load";
import type { Gpt2 } from "./gpt2/model";
import { roomForRollouts } from "./rollouts/room";
import { Gpt2RolloutTrainer } from "./rollouts/trainer";
import { SftSession } from "./sft/session";
import { SftTrainer } from "./sft/trainer";
import { type TextTokenizer, loadTokenizer } from "./tokenizer";
import { continuationLogProbs } from "./training/continuations";
import { makeRoom } from "./training/room";

/** A text's continuation; `ids` are the new tokens, without the end of text. */
export interface Continuation extends Generated {
  readonly text: string;
}

/** Owns the model and its adapter: `dispose` frees both. */
export class Gpt2Policy implements Policy {
  readonly name: string;
  readonly origin: ModelOrigin | null;
  readonly #model: Gpt2;
  readonly #tokenizer: TextTokenizer;
  readonly #sampler: RoomySampler;

  constructor(model: Gpt2, tokenizer: TextTokenizer, origin: ModelOrigin | null = null) {
    this.name = model.name;
    this.origin = origin;
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#sampler = new RoomySampler(model);
  }

  /** Shape of the model. */
  get config(): Gpt2Config {
    return this.#model.config;
  }

  /** Of the adapter in use. */
  get adapter(): AdapterConfig | null {
    return this.#model.adapter?.config ?? null;
  }

  async generate(
    prompts: readonly SeededPrompt[],
    sampling: Sampling,
    hooks: Hooks,
  ): Promise<readonly string[]> {
    const continuations = await this.continue(prompts, sampling, hooks);
    return continuations.map(({ text }) => text);
  }

  /** As `generate`, with the tokens. */
  async continue(
    prompts: readonly SeededPrompt[],
    sampling: Sampling,
    hooks: Hooks,
  ): Promise<readonly Continuation[]> {
    const rows = prompts.map(({ prompt, seed }) => ({ ids: this.#tokenizer.encode(prompt), seed }));
    const generated = await this.#sampler.generate(rows, { ...sampling, ...hooks });
    return generated.map((row) => ({ ...row, text: this.#tokenizer.decode(row.ids) }));
  }

  /** Log-probabilities of texts after their prompts, in nats; null where the two do not fit the model. */
  async logProbs(
    continuations: readonly AskedContinuation[],
    { signal }: Partial<Pick<Hooks, "signal">> = {},
  ): Promise<readonly LogProb[]> {
    signal?.throwIfAborted();
    const encode = (text: string) => this.#tokenizer.encode(text);
    const rows = continuations.map(({ prompt, continuation }) => ({
      prompt: encode(prompt),
      continuation: encode(continuation),
    }));
    return continuationLogProbs(this.#model, rows);
  }

  checkPrompt(prompt: string, { maxNewTokens }: Sampling, name: string): void {
    const { length } = this.#tokenizer.encode(prompt);
    const { positions } = this.#model.config;
    if (length + maxNewTokens <= positions) return;
    throw new RangeError(
      `${name}: a prompt of ${length} tokens and an answer of ${maxNewTokens} do not fit the ${positions} positions of ` +
        `${this.name}; shorten it, take a model with more positions or lower sampling.maxNewTokens`,
    );
  }

  checkAdapter(config: AdapterConfig): void {
    checkTargets(this.#model, config);
  }

  async useAdapter(weights: AdapterWeights | null): Promise<void> {
    this.#attach(weights && importAdapter(this.#model, weights));
  }

  async startSft(
    examples: readonly TrainingExample[],
    { adapter: adapterConfig, sft, seed }: SftSettings,
    from: TrainingState | null = null,
  ): Promise<SftSession> {
    const { endOfText, positions } = this.#model.config;
    const sequences = examples.map(({ prompt, answer }) =>
      labelSequence(this.#tokenizer.encode(prompt), this.#tokenizer.encode(` ${answer}`), {
        ...sft,
        endOfText,
        maxLength: positions,
      }),
    );
    const asked = Math.min(sft.microBatch, sft.batchSize, sequences.length);
    const room = await makeRoom(this.#model, adapterConfig, {
      sequences: asked,
      fewest: 1,
      length: largest(sequences.map(({ ids }) => ids.length)),
      setting: "sft.microBatch",
      remedy: "Lower adapter.rank, or learn from shorter answers (aligned.maxTokens of an API)",
    });
    const adapter = createAdapter(this.#model, adapterConfig, deriveSeed(seed, "adapter"));
    this.#attach(adapter);
    this.#model.keptBlocks = room.keptBlocks;
    const config = room.sequences < asked ? { ...sft, microBatch: room.sequences } : sft;
    const options = { config, seed: deriveSeed(seed, "batches") };
    const trainer = new SftTrainer(this.#model, adapter.variables(), sequences, options);
    return new SftSession(adapter, trainer, from, room.note);
  }

  /** @throws Error if no adapter is in use: the methods train one, and the base weights stay frozen. */
  async startRollouts(
    settings: RolloutSettings,
    from: TrainingState | null = null,
  ): Promise<RolloutTrainer> {
    const { adapter } = this.#model;
    if (adapter === null) {
      const { method } = settings.learns;
      throw new Error(`${method} trains an adapter; attach one with useAdapter or startSft first`);
    }
    const own = { model: this.#model, tokenizer: this.#tokenizer, sampler: this.#sampler };
    const room = await roomForRollouts(this.#model, adapter.config, settings, this.#tokenizer);
    this.#model.keptBlocks = room.keptBlocks;
    return new Gpt2RolloutTrainer({ ...own, adapter }, room, from);
  }

  dispose(): void {
    this.#attach(null);
    this.#model.dispose();
  }

  #attach(adapter: AttachedAdapter | null): void {
    this.#model.adapter?.dispose();
    this.#model.adapter = adapter;
  }
}

/**
 * Loads model and tokenizer from a folder in the hub's layout onto the current backend.
 * @throws RangeError if an adapter of theirs does not fit the model.
 */
export async function loadPolicy(files: ModelFiles): Promise<Gpt2Policy> {
  const [model, tokenizer] = await Promise.all([loadGpt2(files), loadTokenizer(files)]);
  try {
    for (const adapter of files.adapters ?? []) foldIn(model, adapter);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return new Gpt2Policy(model, tokenizer, files.origin ?? null);
}
