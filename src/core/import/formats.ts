/** The formats there are, and how a file's columns tell them apart. */
import { FOUNDATIONS } from "../corpus/corpus";
import { collectHellaSwag, collectMoralChoice, collectTruthfulQa } from "./benchmarks";
import type { Collector } from "./collect";
import { collectFoundations } from "./foundations";
import { collectAnnotations, collectEdges } from "./pairs";
import { collectQuestions } from "./questions";
import type { Roles } from "./roles";

export const FORMATS = [
  ["mcc", "Moral Consistency Corpus: questions, answers, rules of thumb"],
  ["mcc-edges", "Moral Consistency Corpus: pairs of answers with similarities"],
  ["mcc-annotations", "Moral Consistency Corpus: pairs judged by people"],
  ["mcc-foundations", "Moral Consistency Corpus: moral foundations"],
  ["truthfulqa", "TruthfulQA"],
  ["hellaswag", "HellaSwag"],
  ["moralchoice", "MoralChoice"],
  ["valueconsistency", "ValueConsistency"],
  ["long", "Questions, a row a wording"],
  ["wide", "Questions, a column a wording"],
  ["list", "Questions, each with a list of wordings"],
  ["questions", "Questions alone, to be given wordings"],
] as const;
export type FormatName = (typeof FORMATS)[number][0];

export const formatNames = FORMATS.map(([name]) => name);
export const isFormat = (name: string): name is FormatName =>
  formatNames.includes(name as FormatName);

/** A format with columns of its own. */
interface Fixed {
  /** Columns without which it is not this format. */
  readonly required: readonly string[];
  readonly collect: (columns: readonly string[]) => Collector;
}

/** A known data set whose columns are roles. */
interface Known {
  readonly required: readonly string[];
  readonly roles: Roles;
}

const FIXED: Readonly<Partial<Record<FormatName, Fixed>>> = {
  "mcc-edges": {
    required: ["question_id", "paraphrased_1", "model_output_1", "paraphrased_2", "model_output_2"],
    collect: collectEdges,
  },
  "mcc-annotations": {
    required: ["question_id", "question", "model_output_1", "model_output_2", "ann1"],
    collect: collectAnnotations,
  },
  "mcc-foundations": { required: ["question_id", ...FOUNDATIONS], collect: collectFoundations },
  truthfulqa: {
    required: ["Question", "Best Answer", "Correct Answers", "Incorrect Answers"],
    collect: collectTruthfulQa,
  },
  hellaswag: { required: ["ctx", "endings", "label"], collect: collectHellaSwag },
  moralchoice: {
    required: ["scenario_id", "context", "action1", "action2"],
    collect: collectMoralChoice,
  },
  questions: { required: ["question"], collect: collectQuestions },
};

const KNOWN: Readonly<Partial<Record<FormatName, Known>>> = {
  mcc: {
    required: ["question_id", "question", "paraphrased"],
    roles: {
      ...{ question_id: "id", question: "question", paraphrased: "wording", topic: "topic" },
      ...{ model_output: "answer", rot: "rule" },
      ...Object.fromEntries(FOUNDATIONS.map((name) => [name, "foundation"] as const)),
    },
  },
  valueconsistency: {
    required: ["topic", "question", "original", "rephrase"],
    roles: { topic: "topic", original: "question", question: "wording" },
  },
};

export const fixedFormat = (name: FormatName): Fixed | null => FIXED[name] ?? null;

/** Columns that a file lacks of a format's own; none for the generic ones. */
export function missingColumns(name: FormatName, columns: readonly string[]): string[] {
  const required = (FIXED[name] ?? KNOWN[name])?.required ?? [];
  return required.filter((column) => !columns.includes(column));
}

/** Roles that a known data set gives the columns of this file; null where they are to be guessed. */
export function knownRoles(name: FormatName, columns: readonly string[]): Roles | null {
  const known = KNOWN[name];
  if (!known) return null;
  return Object.fromEntries(
    Object.entries(known.roles).filter(([column]) => columns.includes(column)),
  );
}

/** Null if the columns are no known format's: then their roles are guessed. */
export function detectFormat(columns: readonly string[]): FormatName | null {
  // Many tables have a column of that name: only who asks for questions alone gets them.
  const fits = (name: FormatName) =>
    name !== "questions" &&
    (FIXED[name] ?? KNOWN[name]) !== undefined &&
    missingColumns(name, columns).length === 0;
  // A wording in every row makes it a corpus, whatever else its columns hold.
  return (["mcc", ...formatNames] as const).find(fits) ?? null;
}
