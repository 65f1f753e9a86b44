/** What a step of PPO, RLOO, GRPO or DPO holds at most, and the same training with less of it at once. */
import { largest } from "../../core/largest";
import { atOnceSetting, type RolloutSettings } from "../../core/study/trainer";
import type { TextTokenizer } from "../tokenizer";
import type { PassShape, StepShape } from "../training/room";

/** Answers that a pass can be cut down to; null where a cut changes the loss: PPO's is a mean over its mini-batch. */
const FEWEST = { ppo: null, rloo: 1, grpo: 1, dpo: 2 } as const;
/** The space before a text that is given, and the end of text after it. */
const AROUND = 2;

/**
 * The largest step, and the largest batch that is scored before one.
 * @param positions  of the model: no sequence is longer.
 */
export function largestStep(
  { learns, sampling, largest: held }: RolloutSettings,
  tokenizer: TextTokenizer,
  positions: number,
): { readonly step: StepShape; readonly batch: PassShape } {
  const longest = (texts: readonly string[]) =>
    largest(texts.map((text) => tokenizer.encode(text).length));
  const { sequences, scored, prompts, answers } = held;
  const given = answers.length === 0 ? 0 : longest(answers) + AROUND;
  const pass = {
    length: Math.min(positions, longest(prompts) + Math.max(sampling.maxNewTokens, given)),
    remedy: `Lower sampling.maxNewTokens (now ${sampling.maxNewTokens}) or adapter.rank`,
  };
  const fewest = FEWEST[learns.method] ?? sequences;
  return {
    step: { ...pass, sequences, fewest, setting: atOnceSetting(learns.method) },
    batch: { ...pass, sequences: scored },
  };
}

/** The same training with this many answers at once. PPO's cannot be cut, and stays as it is. */
export function cutTo(answers: number, settings: RolloutSettings): RolloutSettings {
  const { learns } = settings;
  switch (learns.method) {
    case "ppo":
      return settings;
    case "rloo": {
      const config = { ...learns.config, microBatch: answers };
      return { ...settings, learns: { ...learns, config } };
    }
    case "grpo": {
      const config = { ...learns.config, microBatch: answers };
      return { ...settings, learns: { ...learns, config } };
    }
    case "dpo": {
      const config = { ...learns.config, microBatch: Math.floor(answers / 2) }; // pairs
      return { ...settings, learns: { ...learns, config } };
    }
  }
}
