/** Puts what a study gathered into its report. */
import type { Corpus, QuestionId } from "../corpus/corpus";
import {
  REPORT_FORMAT,
  REPORT_VERSION,
  type ReportedQuestion,
  type StudyReport,
} from "../format/report";
import { compareModels } from "./compare";
import type { Run } from "./context";
import type { Candidate } from "./cycle";
import type { Evaluated } from "./evaluate";
import type { Progress } from "./progress";
import type { StudySplit } from "./split";

interface Gathered {
  readonly run: Run;
  readonly corpus: Corpus;
  readonly split: StudySplit;
  readonly baseline: Evaluated;
  readonly aligned: Evaluated;
  readonly state: Progress;
}

export function buildReport({
  run,
  corpus,
  split,
  baseline,
  aligned,
  state,
}: Gathered): StudyReport {
  const { config, ports } = run;
  const shown = shownCandidates(state);
  const evaluated = [baseline, ...shown.map(({ evaluated }) => evaluated), aligned];
  const sageOf = (name: string) => evaluated.find(({ summary }) => summary.name === name)?.sage;
  return {
    format: REPORT_FORMAT,
    version: REPORT_VERSION,
    config,
    seed: config.seed,
    encoder: { name: ports.encoder.name, revision: ports.encoder.revision },
    corpus: { name: corpus.name, questions: corpus.questions.length, leftOut: split.leftOut },
    target: ports.policy.name,
    ...(ports.policy.origin && { targetModel: ports.policy.origin }),
    aligned: ports.aligned.name,
    best: { name: state.best?.name ?? "baseline", cycle: state.best?.cycle ?? 0 },
    models: evaluated.map(({ summary }) => summary),
    comparisons: evaluated
      .filter((model) => model !== baseline)
      .flatMap((model) => compareModels(named(model), named(baseline), config) ?? []),
    questions: [
      ...split.evaluation.map(({ id, text }) => ({
        id,
        question: text,
        split: "evaluation" as const,
        sage: {
          baseline: sageOf("baseline")?.get(id) ?? null,
          lora: sageOf("lora")?.get(id) ?? null,
          ppo: sageOf("ppo")?.get(id) ?? null,
          aligned: sageOf("aligned")?.get(id) ?? null,
        },
      })),
      ...trainRows(state),
    ],
    selection: state.selection,
    cycles: state.cycles,
  };
}

const named = ({ summary, sage }: Evaluated) => ({ name: summary.name, sage });

/** The LoRA and PPO model of the cycle that gave the best model, or of the last cycle where none beat the baseline. */
function shownCandidates({ best, candidates }: Progress): Candidate[] {
  const cycle = best?.cycle ?? candidates.at(-1)?.cycle;
  return candidates.filter((candidate) => candidate.cycle === cycle);
}

/** Training questions have the pretrained target's score, where it answered them, and the aligned model's. */
function trainRows({ trainQuestions, trainSage }: Progress): ReportedQuestion[] {
  const latest = (model: "target" | "aligned", id: QuestionId, from = trainSage) =>
    from.findLast((cycle) => cycle[model].has(id))?.[model].get(id) ?? null;
  const pretrained = trainSage.filter((cycle) => cycle.pretrained);
  return [...trainQuestions.values()].map(({ id, text }) => ({
    id,
    question: text,
    split: "train",
    sage: {
      baseline: latest("target", id, pretrained),
      lora: null,
      ppo: null,
      aligned: latest("aligned", id),
    },
  }));
}
