import type { Corpus } from "../corpus/corpus";
import { largest } from "../largest";
import type { StudyConfig } from "./config";

/** UTF-8 bytes of a token of English, rounded up, and of what is kept beside an answer, score or step. */
const TOKEN = 5;
const ANSWER = 120;
const SCORE = 500;
const SFT_STEP = 200;
const PPO_STEP = 3_000;

/** The largest model that a page trains today: GPT-2 small. A map has at most 4 × width on one side and width on the other. */
const WIDTH = 768;
const LAYERS = 12;
const FLOAT = 4; // bytes
/** Adapters that a checkpoint is as large as: the weights and AdamW's two moments. */
const CHECKPOINT = 3;

/** Bytes that a study stores, counted so that it comes to less: answers, scores, steps, adapters and checkpoints. */
export function storedSize(config: StudyConfig, corpus: Corpus): number {
  const { questions, sampling, sft, rollouts, adapter, cycles, checkpoints } = config;
  const total = corpus.questions.length;
  const wordings = largest(corpus.questions.map(({ paraphrases }) => paraphrases.length));
  const training = Math.min(questions.perCycle ?? total, total);
  // Before the first cycle baseline and aligned model; in each the target and the aligned model on the training
  // questions, then LoRA and PPO on the held-out ones.
  const asked = questions.evaluation * (2 + 2 * cycles.max) + training * 2 * cycles.max;
  const pairs = (wordings * (wordings - 1)) / 2;
  const answered = wordings * (sampling.maxNewTokens * TOKEN + ANSWER) + SCORE + 8 * pairs;
  const ppoSteps = rollouts.enabled
    ? (rollouts.maxSteps ?? rollouts.passes * training * wordings * rollouts.samples)
    : 0;
  const sftSteps = sft.steps ?? Math.ceil(sft.epochs * training * wordings);
  const steps = cycles.max * (sftSteps * SFT_STEP + ppoSteps * PPO_STEP);
  const map = adapter.rank * 5 * WIDTH * FLOAT;
  const ofAdapter = LAYERS * adapter.targetModules.length * map;
  const kept = checkpoints.keep + 2 * cycles.max; // of the phase under way, and one of each phase before it
  return asked * answered + steps + (2 * cycles.max + kept * CHECKPOINT) * ofAdapter;
}
