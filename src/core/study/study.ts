/**
 * The main job, and the only place that knows its order:
 *
 *   split → answers and scores of both models on the held-out questions
 *         → cycles of (answers → scores → selection → LoRA → evaluation → PPO → evaluation → keep the best)
 *         → report, when the cycles end or the score has stopped rising.
 *
 * The worker, the command line and the tests run these lines; what differs between them is in the ports. Given what the
 * ports return every line is determined, so a run that was cut goes on by running again: answers and adapters that the
 * store holds are taken from there, and training goes on from its last checkpoint.
 */
import type { AbortSignalLike } from "../abort";
import type { Corpus, Question } from "../corpus/corpus";
import { drawQuestions } from "../corpus/sample";
import type { StudyReport } from "../format/report";
import { deriveSeed } from "../random";
import { askAligned, askPolicy } from "./asking";
import { checkStudy } from "./check-study";
import type { StudyConfig } from "./config";
import type { Run } from "./context";
import { runCycle } from "./cycle";
import { type Evaluated, evaluate } from "./evaluate";
import type { StudyEvent } from "./events";
import { pinnedQuestions } from "./pinned";
import { Progress } from "./progress";
import { plateaued } from "./plateau";
import type { StudyPorts } from "./ports";
import type { ResumePoint } from "./replay";
import { buildReport } from "./reporting";

export interface StudyContext {
  /** Ends the run at once. */
  readonly signal: AbortSignalLike;
  /** Ends the run with a PausedError at the next optimiser step, PPO question or block of answers, once that is saved. */
  readonly pause?: AbortSignalLike;
  /** The store holds what an earlier run of this study did: "resumed" is reported where new work begins. Default false. */
  readonly resumes?: boolean;
  readonly report: (event: StudyEvent) => void;
}

/**
 * Runs a study to its end and returns its report, which the store has by then.
 * @throws RangeError before anything is computed, if settings, corpus and model do not fit; what a port throws; the signal's reason
 *         when cancelled; PausedError. What was done until then is in the store.
 */
export async function runStudy(
  config: StudyConfig,
  corpus: Corpus,
  ports: StudyPorts,
  context: StudyContext,
): Promise<StudyReport> {
  const split = checkStudy(config, corpus, ports.policy);
  const { evaluation, train } = split;
  const run = runOf(config, ports, context, pinnedQuestions(config, corpus, evaluation));

  await ports.policy.useAdapter(null);
  const baseline = await firstEvaluation("baseline", evaluation, run);
  const aligned = await firstEvaluation("aligned", evaluation, run);

  const state = new Progress(baseline);
  for (let cycle = 1; cycle <= config.cycles.max; cycle++) {
    context.signal.throwIfAborted();
    const { perCycle } = config.questions;
    const pool = train.filter(({ id }) => !state.used.has(id));
    const enough = pool.length > 0 ? pool : train; // all were drawn: start over
    const questions =
      perCycle === null || perCycle >= enough.length
        ? enough
        : drawQuestions(enough, perCycle, deriveSeed(config.seed, "draw", cycle));
    await ports.policy.useAdapter(state.best?.weights ?? null);
    const result = await runCycle(cycle, questions, evaluation, state.kept, run);
    context.report({ kind: "cycle", outcome: state.add(questions, result, config) });
    if (
      cycle >= config.cycles.atLeast &&
      plateaued(state.bestOfCycles, baseline.summary.mean, config.cycles)
    )
      break;
  }

  run.goOn(null);
  const report = buildReport({ run, corpus, split, baseline, aligned, state });
  await ports.store.saveReport(report);
  return report;
}

function runOf(
  config: StudyConfig,
  ports: StudyPorts,
  { signal, pause, resumes = false, report }: StudyContext,
  pinned: readonly Question[],
): Run {
  let marked = !resumes;
  const goOn = (from: ResumePoint) => {
    if (!marked) report({ kind: "resumed", from });
    marked = true;
  };
  const said = new Set<string>();
  const note = (sentence: string) => {
    if (!said.has(sentence)) report({ kind: "note", sentence });
    said.add(sentence);
  };
  return { config, ports, signal, pause: pause ?? null, pinned, goOn, report, note };
}

async function firstEvaluation(
  role: "baseline" | "aligned",
  questions: readonly Question[],
  run: Run,
): Promise<Evaluated> {
  const ask = role === "baseline" ? askPolicy : askAligned;
  const answers = await ask(questions, { cycle: 0, role, split: "evaluation" }, run);
  return evaluate(role, 0, answers, run);
}
