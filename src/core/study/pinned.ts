/**
 * What the model in training says to a few pinned questions as it learns: to be looked at, never learned from or scored. Each is
 * put in its first wording with the seed of its evaluation, which no training draws from: a run gives the same figures without.
 */
import { trimAnswer } from "../answers/prompt";
import type { Corpus, Question, QuestionId } from "../corpus/corpus";
import { promptsFor } from "./asking";
import type { TrainingPhase } from "./checkpoint";
import type { StudyConfig } from "./config";
import type { Run } from "./context";

/** So many held-out questions are pinned where none is named. */
const BY_DEFAULT = 3;

export interface PinnedAnswer {
  readonly questionId: QuestionId;
  readonly text: string;
}

/**
 * The questions that the settings pin, in their order; else the first held-out ones.
 * @throws RangeError naming an id that is not in the corpus.
 */
export function pinnedQuestions(
  { pinned }: Pick<StudyConfig, "pinned">,
  corpus: Corpus,
  evaluation: readonly Question[],
): readonly Question[] {
  if (pinned.questions.length === 0) return evaluation.slice(0, BY_DEFAULT);
  const byId = new Map(corpus.questions.map((question) => [question.id, question]));
  return pinned.questions.map((id) => {
    const question = byId.get(id);
    if (question !== undefined) return question;
    throw new RangeError(
      `pinned.questions: question ${id} is not in the corpus; take it out, or name another id`,
    );
  });
}

/** Answers that a cycle gives to its pinned questions at most: at LoRA's start, and `times` in each of its trainings. */
export function pinnedAnswersOfCycle({ pinned, rollouts }: StudyConfig, questions: number): number {
  if (pinned.times === 0) return 0;
  return questions * (1 + pinned.times * (rollouts.enabled ? 2 : 1));
}

/** Asks the pinned questions in one training phase, at moments that its steps divide evenly. */
export class PinnedAnswers {
  readonly #phase: TrainingPhase;
  readonly #run: Run;
  #step: number;
  #askedAt: number | null;

  /**
   * @param from     the step that the phase goes on from, with its answers told; 0 at its start.
   * @param askedAt  see the getter; null also where it is not known.
   */
  constructor(phase: TrainingPhase, from: number, askedAt: number | null, run: Run) {
    this.#phase = phase;
    this.#step = from;
    this.#askedAt = askedAt;
    this.#run = run;
  }

  /** The step that was asked at last; null before the first. */
  get askedAt(): number | null {
    return this.#askedAt;
  }

  /** Before the first step. */
  async start(): Promise<void> {
    if (this.#step === 0) await this.#ask();
  }

  /**
   * After a step, before it is saved: asks if a moment has come since the last call.
   * @param last  the phase ends here, maybe before all its steps.
   */
  async at(step: number, totalSteps: number, last: boolean): Promise<void> {
    const { times } = this.#run.config.pinned;
    const momentsUntil = (n: number) => Math.floor((n * times) / totalSteps);
    const isDue = last || momentsUntil(step) > momentsUntil(this.#step);
    this.#step = step;
    if (isDue && step !== this.#askedAt) await this.#ask(); // a last visit may train nothing
  }

  async #ask(): Promise<void> {
    const { config, ports, pinned, signal, report } = this.#run;
    if (config.pinned.times === 0 || pinned.length === 0) return;
    this.#askedAt = this.#step;
    const inOneWording = pinned.map((one) => ({
      ...one,
      paraphrases: one.paraphrases.slice(0, 1),
    }));
    const prompts = promptsFor(inOneWording, this.#run, "answer", "evaluation");
    const texts = await ports.policy.generate(prompts, config.sampling, { signal });
    const answers = texts.map((text, i) => ({ questionId: pinned[i]!.id, text: trimAnswer(text) }));
    const { kind: phase, cycle } = this.#phase;
    report({ kind: "pinned", cycle, phase, step: this.#step, answers });
  }
}
