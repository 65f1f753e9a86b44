/** A finished run as a comparison of methods sees it: the answers of its models to the held-out questions, measured. */
import type { Answer, AnswerSet } from "../answers/answer";
import type { Encoder } from "../encode/encoder";
import { shownCycle, type StudyReport } from "../format/report";
import type { Hooks } from "../study/hooks";
import { figuresOf } from "./figures";
import type { MethodRun } from "./methods";

/** Answers to the held-out questions, model by model. */
export interface RunAnswers {
  readonly aligned: readonly Answer[];
  readonly baseline: readonly Answer[];
  readonly lora: readonly Answer[];
  /** Null where the run ends with LoRA. */
  readonly trained: readonly Answer[] | null;
}

/** What identifies a run and what it cost, as `MethodRun` has it. */
type Cost = Pick<MethodRun, "method" | "seed" | "sampled" | "seconds" | "peakBytes">;

export interface FinishedRun extends Cost {
  readonly config: StudyReport["config"];
  readonly answers: RunAnswers;
}

/**
 * Reads the answers of the cycle that the report shows.
 * @throws RangeError if the run trained nothing, or answers are gone, in words that go on from its name: "trained nothing: …".
 */
export async function runAnswers(
  report: StudyReport,
  answersOf: (set: AnswerSet) => Promise<readonly Answer[] | null>,
): Promise<RunAnswers> {
  const cycle = shownCycle(report);
  if (cycle === 0) {
    throw new RangeError(`trained nothing: ${report.cycles[0]?.reason ?? "no cycle ran"}`);
  }
  const read = async (role: AnswerSet["role"], of: number) => {
    const answers = await answersOf({ cycle: of, role, split: "evaluation" });
    if (answers !== null) return answers;
    throw new RangeError(
      `lacks the answers of ${role} (cycle ${of}) to the held-out questions; delete it and run it again`,
    );
  };
  return {
    aligned: await read("aligned", 0),
    baseline: await read("baseline", 0),
    lora: await read("lora", cycle),
    trained: report.config.rollouts.enabled ? await read("ppo", cycle) : null,
  };
}

export async function measureRun(
  { config, answers, method, seed, sampled, seconds, peakBytes }: FinishedRun,
  encoder: Encoder,
  hooks: Hooks,
): Promise<MethodRun> {
  const figures = (of: readonly Answer[]) => figuresOf(of, answers.aligned, encoder, config, hooks);
  const baseline = await figures(answers.baseline);
  const lora = await figures(answers.lora);
  const trained = answers.trained && (await figures(answers.trained));
  return {
    ...{ method, seed, sampled, seconds, peakBytes },
    baseline: baseline.questions,
    lora: lora.questions,
    trained: trained && trained.questions,
    betweenQuestions: (trained ?? lora).betweenQuestions,
  };
}
