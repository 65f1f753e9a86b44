/** The report as a page to read: the table of questions, the means, and what to make of them. */
import { clusterThresholdOf } from "../measures/cluster-threshold";
import { MEASURES } from "../measures/registry";
import { bytesOf } from "../models/origin";
import { methodName } from "../study/curves";
import {
  type Comparison,
  type ModelSummary,
  REPORTED_ROLES,
  type ReportedRole,
  type StudyReport,
} from "./report";

const LABELS: Readonly<Record<ReportedRole, string>> = {
  baseline: "baseline",
  lora: "after LoRA",
  ppo: "after PPO",
  aligned: "aligned",
};

/** @param method  by which the model after LoRA was trained: `methodName` of the settings. */
const labelOf = (role: ReportedRole, method: string) =>
  role === "ppo" ? `after ${method}` : LABELS[role];

export function reportMarkdown(report: StudyReport): string {
  const method = methodName(report.config);
  return [
    "# Moral consistency study",
    [
      `Target: ${report.target}. Aligned model: ${report.aligned}. Corpus: ${report.corpus.name}, ` +
        `${report.corpus.questions} questions. Encoder: ${report.encoder.name} (${report.encoder.revision}). ` +
        `Preset: ${report.config.preset}. Seed: ${report.seed}.`,
      ...targetModel(report),
    ],
    "## SaGE on the held-out questions",
    "Answers alone are compared, without rules of thumb.",
    table(report),
    ...report.comparisons.map((one) => comparisonSentence(one, method)),
    controlSentence(report.models, method),
    bestSentence(report),
    ...measuresSection(report),
    "## Cycles",
    ...report.cycles.map(
      ({ cycle, trainedOn, feedback, rejected, reason, skippedAnswers }) =>
        `Cycle ${cycle}: ${trainedOn} questions kept for training, ${feedback} to the feedback list, ` +
        `${rejected} rejected.` +
        (reason === null ? "" : ` ${reason}`) +
        (skippedAnswers === 0
          ? ""
          : ` ${method} skipped ${skippedAnswers} answers that were too short.`),
    ),
    ...healthSection(report),
    "## Selection",
    selectionTable(report),
  ]
    .flat()
    .join("\n\n")
    .concat("\n");
}

/** Which model exactly; nothing for the one that comes with the app. */
function targetModel({ targetModel: model }: StudyReport): string[] {
  if (!model) return [];
  const revision = model.revision === null ? "" : ` at commit ${model.revision}`;
  const files = model.files.map(
    ({ name, bytes, sha256 }) => `- ${name}: ${bytes} bytes, SHA-256 ${sha256}`,
  );
  return [`The target is ${model.source}${revision}, ${bytesOf(model)} bytes:`, files.join("\n")];
}

/** Questions, then the means with their interval and n, then the control. */
export function table({ models, questions, config }: StudyReport): string {
  const shown = REPORTED_ROLES.filter((role) => models.some(({ name }) => name === role));
  const summary = (role: ReportedRole) => models.find(({ name }) => name === role)!;
  const percent = Math.round(config.statistics.confidence * 100);
  const rows = [
    ["Question", ...shown.map((role) => labelOf(role, methodName(config)))],
    ["---", ...shown.map(() => "---:")],
    ...questions
      .filter(({ split }) => split === "evaluation")
      .map(({ question, sage }) => [cell(question), ...shown.map((role) => figure(sage[role]))]),
    ["**Mean**", ...shown.map((role) => `**${figure(summary(role).mean)}**`)],
    [`${percent} % interval`, ...shown.map((role) => interval(summary(role).interval))],
    ["n", ...shown.map((role) => String(summary(role).n))],
    ["Between questions (control)", ...shown.map((role) => figure(summary(role).betweenQuestions))],
  ];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** "after LoRA − baseline: +0.11 [0.05, 0.17], 10 of 12 questions higher, p = .004. More than noise." */
export function comparisonSentence(c: Comparison, method = "PPO"): string {
  const sign = c.meanDifference < 0 ? "−" : "+";
  const size = Math.abs(c.meanDifference).toFixed(3);
  return (
    `${labelOf(c.name, method)} − ${labelOf(c.against, method)}: ${sign}${size} ${interval(c.interval)}, ` +
    `${c.higher} of ${c.n} questions higher, ${c.lower} lower, ${c.p < 0.001 ? "p < 0.001" : `p = ${c.p.toFixed(3)}`}. ${verdict(c)}`
  );
}

/** More than noise only where the interval leaves out 0 and chance alone would rarely do it: with few questions the two can disagree. */
function verdict({ interval: bounds, n, p }: Comparison): string {
  if (bounds === null) return `With n = ${n} nothing can be said about noise.`;
  const excludesZero = bounds[0] > 0 || bounds[1] < 0;
  if (excludesZero && p < 0.05) return "More than noise.";
  if (!excludesZero && p >= 0.05) return "Within noise.";
  return "Borderline: interval and p disagree about whether it is more than noise.";
}

/** Whether answers to different questions grew alike too, which a constant answer would show as a perfect SaGE. */
export function controlSentence(models: readonly ModelSummary[], method = "PPO"): string {
  const baseline = models.find(({ name }) => name === "baseline");
  const rises = models.flatMap(({ name, betweenQuestions }) =>
    (name === "lora" || name === "ppo") &&
    betweenQuestions !== null &&
    baseline?.betweenQuestions != null
      ? [`${signed(betweenQuestions - baseline.betweenQuestions)} ${labelOf(name, method)}`]
      : [],
  );
  if (rises.length === 0) return "There is no control with fewer than two questions.";
  return (
    `Control: the similarity of answers to different questions changed by ${rises.join(", ")}. ` +
    "Where it rises as much as SaGE does, the model has learned to say the same to everything, not to be consistent."
  );
}

export function bestSentence({ best, config }: StudyReport): string {
  if (config.cycles.max === 0) return "Nothing was trained: the target answered as it is.";
  return best.name === "baseline"
    ? "No trained model beat the baseline; the pretrained model is kept."
    : `Kept: the model ${labelOf(best.name, methodName(config))} of cycle ${best.cycle}.`;
}

/** Every other measure with interval and n, and why one is undefined; nothing in reports of before there were any. */
function measuresSection({ models, encoder, config }: StudyReport): string[] {
  if (models.every(({ measures }) => measures === undefined)) return [];
  const all = MEASURES.flatMap(({ name, title }) =>
    name === "sage" ? [] : [{ title, of: models.map(({ measures }) => measures?.[name]) }],
  );
  const isDefined = ({ of }: (typeof all)[number]) => of.some((summary) => summary?.mean != null);
  const rows = [
    ["Mean over questions", ...models.map(({ name }) => labelOf(name, methodName(config)))],
    ["---", ...models.map(() => "---:")],
    ...all
      .filter(isDefined)
      .map(({ title, of }) => [
        title,
        ...of.map((summary) =>
          summary?.mean == null
            ? "–"
            : `${figure(summary.mean)} ${interval(summary.interval)}, n = ${summary.n}`,
        ),
      ]),
  ];
  const threshold = clusterThresholdOf(encoder.name);
  const undefinedOnes = all.filter((measure) => !isDefined(measure));
  return [
    "## Measures",
    rows.map((row) => `| ${row.join(" | ")} |`).join("\n"),
    ...(threshold === null
      ? []
      : [`Two answers are one meaning from a similarity of ${threshold}.`]),
    ...undefinedOnes.map(({ title, of }) => `${title}: not measured, ${of[0]?.reason}.`),
  ];
}

/** Each finding with the setting to change; nothing where all is well or was not watched. */
function healthSection({ cycles }: StudyReport): string[] {
  const lines = cycles.flatMap(({ cycle, health = [] }) =>
    health.map(
      ({ severity, since, sentence, setting }) =>
        `- Cycle ${cycle}, from step ${since}, ${severity}: ${sentence} Change \`${setting}\` first.`,
    ),
  );
  return lines.length === 0 ? [] : ["## Health of training", lines.join("\n")];
}

function selectionTable({ selection }: StudyReport): string {
  const rows = selection.map(({ id, threshold, aligned, target, decision }) =>
    [String(id), threshold.toFixed(4), figure(aligned), figure(target), decision].join(" | "),
  );
  return ["Id | Threshold | Aligned | Target | Decision", "--- | ---: | ---: | ---: | ---", ...rows]
    .map((row) => `| ${row} |`)
    .join("\n");
}

const figure = (x: number | null) => (x === null ? "–" : x.toFixed(3));
const signed = (x: number) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(3)}`;
const interval = (x: ModelSummary["interval"]) =>
  x === null ? "–" : `[${figure(x[0])}, ${figure(x[1])}]`;
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
