/** What a study will do, counted in units that each have a pace: what its time is estimated from (time-left.ts). */
import type { Corpus } from "../corpus/corpus";
import { totalSteps } from "../sft/batches";
import { mean } from "../statistics/moments";
import type { StudyConfig } from "./config";
import type { Phase } from "./events";
import { pinnedAnswersOfCycle, pinnedQuestions } from "./pinned";
import { stepsOfVisit } from "./rollout-batches";
import { splitCorpus } from "./split";

/** What has a pace of its own. */
export type Work =
  "target answer" | "aligned answer" | "score" | "selection" | "lora step" | "rollout step";

export interface Stage {
  readonly name: string;
  readonly cycle: number;
  readonly work: Work;
  readonly amount: number;
}

export interface TimePlan {
  /** All phases in order, as far as the study goes at most. */
  readonly stages: readonly Stage[];
  /** Whether the cycles may end earlier. */
  readonly mayEndEarlier: boolean;
  readonly prior: Prior;
}

/**
 * Guesses of how many units of what comes earlier a later one takes; measured on recorded runs (tests/fixtures/study-times), of
 * which that of the published preset was left out.
 */
export interface Prior {
  /** The longest answer, in tokens: how long one takes beside one of another study. */
  readonly tokens: number;
  /** A step of LoRA, in answers of the model. */
  readonly loraStep: number;
  /** A step after LoRA, in steps of LoRA and in answers. */
  readonly rolloutStep: { readonly loraSteps: number; readonly answers: number };
  /** What a question on the feedback list adds to DPO; null where it adds nothing. */
  readonly feedback: FeedbackCost | null;
}

export interface FeedbackCost {
  /** Pairs that a question adds, over all visits to it, at most. */
  readonly pairs: number;
  /** What a pair takes, in steps of LoRA. */
  readonly loraSteps: number;
}

/** A training example takes as long as so many answers: forward and backward, against one token at a time. */
const EXAMPLE = 1.4; // answers
/** Passes without gradients that a rollout takes: of the reference, and of the policy before its update. */
const SCORING_PASSES = 0.9; // training passes
/** A training pass of a method, against one of LoRA. */
const PASS = { ppo: 1.2, rloo: 1.8, grpo: 1.8, dpo: 1.1 };

/** @throws RangeError if settings and corpus do not fit. */
export function planTime(config: StudyConfig, corpus: Corpus): TimePlan {
  const { evaluation, train } = splitCorpus(config, corpus);
  const { cycles, questions, rollouts, sft } = config;
  const drawn = train.slice(0, questions.perCycle ?? train.length);
  const answersOf = (some: readonly { readonly paraphrases: readonly string[] }[]) =>
    some.reduce((sum, { paraphrases }) => sum + paraphrases.length, 0);
  const [heldOut, trained] = [answersOf(evaluation), answersOf(drawn)];
  const stage = (phase: PhaseName, work: Work, amount: number) => ({
    name: nameOf(phase),
    ...{ cycle: phase.cycle, work, amount },
  });
  const asked = (cycle: number, role: Phase["role"], split: Phase["split"], amount: number) => {
    const work = role === "aligned" ? "aligned answer" : "target answer";
    return stage({ kind: "answer", cycle, role, split }, work, amount);
  };
  const scored = (cycle: number, role: Phase["role"], split: Phase["split"], amount: number) =>
    stage({ kind: "score", cycle, role, split }, "score", amount);

  const visits = drawn.reduce((sum, question) => sum + stepsOfVisit(question, config), 0);
  const planned = visits * rollouts.passes;
  const steps = Math.min(planned, rollouts.maxSteps ?? planned);
  const stages: Stage[] = (["baseline", "aligned"] as const).flatMap((role) => [
    asked(0, role, "evaluation", heldOut),
    scored(0, role, "evaluation", heldOut),
  ]);
  for (let cycle = 1; cycle <= cycles.max; cycle++) {
    const evaluated = (role: "lora" | "ppo") => [
      asked(cycle, role, "evaluation", heldOut),
      scored(cycle, role, "evaluation", heldOut),
    ];
    stages.push(
      asked(cycle, "target", "train", trained),
      asked(cycle, "aligned", "train", trained),
      scored(cycle, "target", "train", trained),
      scored(cycle, "aligned", "train", trained),
      stage({ kind: "select", cycle, role: null, split: "train" }, "selection", drawn.length),
      // How many examples pass is not known before the selection: all, at most.
      stage(
        { kind: "lora", cycle, role: "lora", split: "train" },
        "lora step",
        totalSteps(trained, sft),
      ),
      ...evaluated("lora"),
    );
    if (!rollouts.enabled) continue;
    stages.push(
      stage({ kind: "ppo", cycle, role: "ppo", split: "train" }, "rollout step", steps),
      ...evaluated("ppo"),
    );
  }
  const pinned = pinnedAnswersOfCycle(config, pinnedQuestions(config, corpus, evaluation).length);
  const atEach = pinned / Math.max(1, totalSteps(trained, sft) + (rollouts.enabled ? steps : 0));
  return {
    stages,
    mayEndEarlier: cycles.max > Math.max(cycles.atLeast, cycles.patience),
    prior: {
      ...priorOf(config, trained / Math.max(1, drawn.length), atEach),
      feedback: feedbackCost(config, drawn, steps / Math.max(1, planned)),
    },
  };
}

/** @param pinned  answers to pinned questions that a step comes to. */
function priorOf(config: StudyConfig, wordings: number, pinned: number): Omit<Prior, "feedback"> {
  const { rollouts, sft } = config;
  const { method, batch, samples } = rollouts;
  const answers = wordings * samples;
  const ofStep = method === "ppo" && batch === "answer" ? 1 : answers;
  const sequences = method === "dpo" ? 2 * Math.max(0, ofStep - 1) : ofStep;
  return {
    tokens: config.sampling.maxNewTokens,
    loraStep: sft.batchSize * EXAMPLE + pinned,
    rolloutStep: { loraSteps: sequences * sequenceCost(config), answers: ofStep + pinned },
  };
}

/** What a step takes for each of its sequences, in steps of LoRA: forward and backward as often as it is used, and its scoring. */
function sequenceCost({ rollouts: { method }, sft, ppo, rloo, grpo, dpo }: StudyConfig): number {
  const uses = { ppo: ppo.ppoEpochs, rloo: rloo.numIterations, grpo: grpo.numIterations, dpo: dpo.numIterations }[method]; // prettier-ignore
  return (PASS[method] * uses + SCORING_PASSES) / sft.batchSize;
}

/** @param share  of the planned steps that is made. */
function feedbackCost(
  config: StudyConfig,
  drawn: readonly { readonly paraphrases: readonly string[] }[],
  share: number,
): FeedbackCost | null {
  const { rollouts, dpo } = config;
  if (rollouts.method !== "dpo" || !dpo.feedbackPairs || drawn.length === 0) return null;
  const wordings = mean(drawn.map(({ paraphrases }) => paraphrases.length));
  return { pairs: wordings * rollouts.passes * share, loraSteps: 2 * sequenceCost(config) };
}

type PhaseName = Pick<Phase, "kind" | "cycle" | "role" | "split">;
/** Of a phase and its stage alike. */
export const nameOf = ({ kind, cycle, role, split }: PhaseName) =>
  `${kind} ${cycle} ${role} ${split}`;
