/** Training from a policy's own answers, by any method: texts to tokens and back, around the method's trainer. */
import type { AdapterWeights } from "../../core/adapter/peft";
import type { Rollout } from "../../core/ppo/layout";
import { deriveSeed } from "../../core/random";
import type { TrainingState } from "../../core/study/checkpoint";
import type { Hooks } from "../../core/study/hooks";
import type { SeededPrompt } from "../../core/study/ports";
import type {
  PairAnswer,
  PreferencePair,
  RolloutBatch,
  RolloutSettings,
  RolloutTrainer,
  StepStats,
} from "../../core/study/trainer";
import { type AttachedAdapter, exportAdapter } from "../adapter/attach";
import { DpoTrainer, type TokenPair } from "../dpo/trainer";
import type { RoomySampler } from "../generate/within-room";
import type { Gpt2 } from "../gpt2/model";
import { GroupTrainer } from "../group-rl/trainer";
import { PpoTrainer } from "../ppo/trainer";
import type { TextTokenizer } from "../tokenizer";
import type { RolloutRoom } from "./room";

/** What the three trainers have in common. */
interface Saved {
  snapshot(): Promise<TrainingState>;
  restore(from: TrainingState): void;
  dispose(): void;
}

type Learning =
  | { readonly by: "ppo"; readonly trainer: PpoTrainer }
  | { readonly by: "group"; readonly trainer: GroupTrainer }
  | { readonly by: "pairs"; readonly trainer: DpoTrainer };

/** What a trainer works with. All are the caller's. */
export interface RolloutParts {
  readonly model: Gpt2;
  readonly adapter: AttachedAdapter;
  readonly tokenizer: TextTokenizer;
  readonly sampler: RoomySampler;
}

/** On an attached adapter, from texts to texts. */
export class Gpt2RolloutTrainer implements RolloutTrainer {
  readonly #model: Gpt2;
  readonly #adapter: AttachedAdapter;
  readonly #tokenizer: TextTokenizer;
  readonly #sampler: RoomySampler;
  readonly #settings: RolloutSettings;
  readonly #learning: Learning;
  readonly note: string | null;
  #held: readonly Rollout[] = [];

  constructor(parts: RolloutParts, room: RolloutRoom, from: TrainingState | null) {
    this.#model = parts.model;
    this.#adapter = parts.adapter;
    this.#tokenizer = parts.tokenizer;
    this.#sampler = parts.sampler;
    this.note = room.note;
    this.#settings = room.settings;
    this.#learning = learningOf(parts, room);
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
    const generated = await this.#sampler.generate(rows, { ...this.#settings.sampling, ...hooks });
    const { endOfText } = this.#model.config;
    this.#held = generated.map(({ ids, stopped }, i) => ({
      query: rows[i]!.ids,
      response: stopped ? [...ids, endOfText] : ids, // ending is a choice of the policy's, so it is paid for too
    }));
    return generated.map(({ ids }) => this.#tokenizer.decode(ids));
  }

  async step({ answers, pairs }: RolloutBatch, { signal }: Hooks): Promise<StepStats> {
    const { by, trainer } = this.#learning;
    switch (by) {
      case "ppo": {
        const rollouts = answers.map(({ rollout }) => this.#held[rollout]!);
        const scores = answers.map(({ score }) => score);
        return trainer.step(rollouts, scores, { signal });
      }
      case "group": {
        const paid = answers.map(({ rollout, score, group }) => ({
          ...this.#held[rollout]!,
          ...{ score, group },
        }));
        return trainer.step(paid, { signal });
      }
      case "pairs":
        return trainer.step(
          pairs.map((pair) => this.#tokensOf(pair)),
          { signal },
        );
    }
  }

  snapshot(): Promise<TrainingState> {
    return this.#trainer.snapshot();
  }

  async end(): Promise<AdapterWeights> {
    this.#trainer.dispose();
    return exportAdapter(this.#adapter);
  }

  get #trainer(): Saved {
    return this.#learning.trainer;
  }

  #tokensOf({ prompt, chosen, rejected }: PreferencePair): TokenPair {
    const query = this.#tokenizer.encode(prompt);
    const { positions, endOfText } = this.#model.config;
    const tokens = (answer: PairAnswer) => {
      const ids =
        "rollout" in answer
          ? this.#held[answer.rollout]!.response
          : [...this.#tokenizer.encode(` ${answer.text}`), endOfText];
      return ids.slice(0, positions - query.length);
    };
    return { query, chosen: tokens(chosen), rejected: tokens(rejected) };
  }
}

function learningOf(
  { model, adapter }: RolloutParts,
  { settings: { learns, reference, sampling, seed }, scoredAtOnce }: RolloutRoom,
): Learning {
  const parameters = adapter.variables();
  switch (learns.method) {
    case "ppo": {
      const { config } = learns;
      const options = { config, reference, scoredAtOnce, valueHead: null };
      const own = { ...options, seed: deriveSeed(seed, "trainer") };
      return { by: "ppo", trainer: new PpoTrainer(model, parameters, own) };
    }
    case "rloo":
    case "grpo": {
      const { maxNewTokens: longestAnswer } = sampling;
      const options = { learns, reference, scoredAtOnce, longestAnswer };
      return { by: "group", trainer: new GroupTrainer(model, parameters, options) };
    }
    case "dpo": {
      const { config } = learns;
      return { by: "pairs", trainer: new DpoTrainer(model, parameters, { config, reference }) };
    }
  }
}
