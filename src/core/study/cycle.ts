/** One cycle: answers, scores, selection, LoRA, evaluation, training from own answers, evaluation. */
import type { AdapterWeights } from "../adapter/peft";
import type { Question } from "../corpus/corpus";
import { type CycleOutcome, type SageById, sageById } from "../format/report";
import type { Finding } from "../health/finding";
import { type SelectionRecord, select } from "../select/select";
import { askAligned, askPolicy } from "./asking";
import type { Run } from "./context";
import { type Evaluated, evaluate, score } from "./evaluate";
import { type ExamplesByQuestion, type FeedbackPairs, toExamples, toPairs } from "./examples";
import { loraPhase } from "./lora-phase";
import { rolloutPhase } from "./rollout-phase";

export interface Candidate {
  readonly name: "lora" | "ppo";
  readonly cycle: number;
  readonly evaluated: Evaluated;
  readonly weights: AdapterWeights;
}

export interface CycleResult {
  readonly outcome: Omit<CycleOutcome, "improved">;
  readonly selection: readonly SelectionRecord[];
  readonly trainSage: { readonly target: SageById; readonly aligned: SageById };
  /** Examples of the questions that passed, by question. */
  readonly kept: ExamplesByQuestion;
  readonly candidates: readonly Candidate[];
}

/**
 * @param questions   this cycle's training questions.
 * @param evaluation  the held-out questions, the same in every cycle.
 * @param earlier     examples kept in earlier cycles: LoRA starts anew from the pretrained state, on these and the new
 *                    ones. Of a question that comes again the latest decision holds.
 */
export async function runCycle(
  cycle: number,
  questions: readonly Question[],
  evaluation: readonly Question[],
  earlier: ExamplesByQuestion,
  run: Run,
): Promise<CycleResult> {
  const { config } = run;
  const selected = await answerAndSelect(cycle, questions, run);
  const { selection, kept, trainSage } = selected;
  const decided = (decision: SelectionRecord["decision"]) =>
    selection.filter((record) => record.decision === decision).length;
  const counts = {
    cycle,
    trainedOn: decided("train"),
    feedback: decided("feedback"),
    rejected: decided("reject") + decided("unscored"),
  };
  const again = new Set(questions.map(({ id }) => id));
  const others = [...earlier].filter(([id]) => !again.has(id)).map(([, examples]) => examples);
  const examples = [...others, ...kept.values()].flat();
  if (examples.length === 0) {
    const reason =
      "No aligned answers passed the selection, so there is nothing to train on. Lower the threshold or draw more questions.";
    const outcome = { ...counts, reason, models: [], skippedAnswers: 0, health: [] };
    return { outcome, selection, trainSage, kept, candidates: [] };
  }

  const tuned = await loraPhase(examples, cycle, run);
  const lora = await candidate("lora", cycle, tuned, evaluation, run);
  if (!config.rollouts.enabled) return finish([lora], 0, []);

  const trained = await rolloutPhase(questions, { kept, feedback: selected.feedback }, cycle, run);
  const ppo = await candidate("ppo", cycle, trained.weights, evaluation, run);
  return finish([lora, ppo], trained.skippedAnswers, trained.health);

  function finish(
    candidates: readonly Candidate[],
    skippedAnswers: number,
    health: readonly Finding[],
  ): CycleResult {
    const models = candidates.map(({ evaluated }) => evaluated.summary);
    const outcome = { ...counts, reason: null, models, skippedAnswers, health };
    return { outcome, selection, trainSage, kept, candidates };
  }
}

type Selected = Pick<CycleResult, "selection" | "trainSage" | "kept"> & {
  readonly feedback: FeedbackPairs;
};

async function answerAndSelect(
  cycle: number,
  questions: readonly Question[],
  run: Run,
): Promise<Selected> {
  const { config, report } = run;
  const targetSet = { cycle, role: "target", split: "train" } as const;
  const alignedSet = { cycle, role: "aligned", split: "train" } as const;
  const targetAnswers = await askPolicy(questions, targetSet, run);
  const alignedAnswers = await askAligned(questions, alignedSet, run);
  const target = sageById((await score(targetSet, targetAnswers, run)).scores);
  const aligned = sageById((await score(alignedSet, alignedAnswers, run)).scores);

  const total = questions.length;
  report({
    kind: "phase",
    phase: { kind: "select", cycle, role: null, split: "train", total, unit: "questions" },
  });
  const contestants = questions.map(({ id }) => ({
    id,
    aligned: aligned.get(id) ?? null,
    target: target.get(id) ?? null,
  }));
  const selection = select(contestants, config.selection);
  selection.forEach((record, i) => {
    report({ kind: "selection", cycle, record });
    report({ kind: "progress", done: i + 1, total });
  });
  const idsOf = (decision: SelectionRecord["decision"]) =>
    new Set(selection.filter((record) => record.decision === decision).map(({ id }) => id));
  return {
    selection,
    trainSage: { target, aligned },
    kept: toExamples(alignedAnswers, questions, idsOf("train"), config.prompt),
    // Where the target scored higher than the aligned model, its answers are the better ones.
    feedback: toPairs(targetAnswers, alignedAnswers, questions, idsOf("feedback"), config.prompt),
  };
}

/** The policy carries the adapter, and answers the held-out questions. */
async function candidate(
  name: "lora" | "ppo",
  cycle: number,
  weights: AdapterWeights,
  evaluation: readonly Question[],
  run: Run,
): Promise<Candidate> {
  const answers = await askPolicy(evaluation, { cycle, role: name, split: "evaluation" }, run);
  return { name, cycle, weights, evaluated: await evaluate(name, cycle, answers, run) };
}
