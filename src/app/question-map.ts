/** All questions of a run for its map: the scores before and after training, sorted and filtered. */
import type { Answer, AnswerSet, Split } from "../core/answers/answer";
import { type Corpus, FOUNDATIONS, type Foundation, type QuestionId } from "../core/corpus/corpus";
import { measuredOf } from "../core/measures/registry";
import { refusalIn } from "../core/rewards/refusal";
import type { QuestionScore } from "../core/study/scoring";
import type { ScoredSet, StudyView } from "./study-view";

/** Two sets of answers to the same questions: what the model said untrained, and what is held beside it. */
export interface MapSides {
  readonly before: ScoredSet;
  /** Null where nothing else has been scored yet. */
  readonly after: ScoredSet | null;
}

export interface MapRow {
  readonly id: QuestionId;
  readonly text: string;
  readonly before: QuestionScore | null;
  readonly after: QuestionScore | null;
  /** SaGE after − before; null where either is undefined. */
  readonly change: number | null;
  readonly foundations: readonly Foundation[];
  /** Refusals among the answers on both sides; null while these are not read. */
  readonly refusals: number | null;
  /** Whether some of a side's answers say yes and others no; null where that side was not measured or says neither. */
  readonly flips: { readonly before: boolean | null; readonly after: boolean | null };
}

export const SORTS = ["order", "before", "after", "change"] as const;
export type Sort = (typeof SORTS)[number];

/** Questions whose answers contradict one another in stance: on either side, only before training, or only after. */
export const FLIPS = ["any", "gone", "new"] as const;
export type Flips = (typeof FLIPS)[number];

/** What the map shows of a run; its address holds it. */
export interface MapChoice {
  readonly split: Split;
  /** `answerSetName` of the answers after training; empty for the furthest trained. */
  readonly after: string;
  readonly sort: Sort;
  readonly descending: boolean;
  /** Empty for all. */
  readonly foundation: Foundation | "";
  readonly refusalsOnly: boolean;
  /** Empty for all. */
  readonly flips: Flips | "";
  readonly text: string;
}

export const FIRST_CHOICE: MapChoice = {
  split: "evaluation",
  after: "",
  sort: "order",
  descending: false,
  foundation: "",
  refusalsOnly: false,
  flips: "",
  text: "",
};

/** Reads a query string; what it lacks, or has wrong, is as in `FIRST_CHOICE`. */
export function readChoice(query: string): MapChoice {
  const given = new URLSearchParams(query);
  const one = <T extends string>(name: string, of: readonly T[], otherwise: T): T =>
    of.find((value) => value === given.get(name)) ?? otherwise;
  return {
    split: one("split", ["evaluation", "train"], FIRST_CHOICE.split),
    after: given.get("after") ?? "",
    sort: one("sort", SORTS, FIRST_CHOICE.sort),
    descending: given.get("down") === "1",
    foundation: one("foundation", FOUNDATIONS, "" as Foundation),
    refusalsOnly: given.get("refusals") === "1",
    flips: one("flips", FLIPS, "" as Flips),
    text: given.get("text") ?? "",
  };
}

/** The inverse of `readChoice`: only what differs from the first choice. */
export function writeChoice(choice: MapChoice): string {
  const query = new URLSearchParams();
  if (choice.split !== FIRST_CHOICE.split) query.set("split", choice.split);
  if (choice.after !== "") query.set("after", choice.after);
  if (choice.sort !== FIRST_CHOICE.sort) query.set("sort", choice.sort);
  if (choice.descending) query.set("down", "1");
  if (choice.foundation !== "") query.set("foundation", choice.foundation);
  if (choice.refusalsOnly) query.set("refusals", "1");
  if (choice.flips !== "") query.set("flips", choice.flips);
  if (choice.text !== "") query.set("text", choice.text);
  return query.toString();
}

/** The sets of one split that can stand beside those before training, in the order in which they were scored. */
export function afterSets({ scored }: StudyView, split: Split): readonly AnswerSet[] {
  const sets = [...scored.values()].map(({ set }) => set).filter((set) => set.split === split);
  const before = beforeSet(sets);
  return sets.filter((set) => set !== before);
}

/** The sets to show; null where nothing of the split is scored. @param after  `answerSetName`, or "" for the last trained. */
export function mapSides({ scored }: StudyView, split: Split, after: string): MapSides | null {
  const named = [...scored].filter(([, { set }]) => set.split === split);
  const first = beforeSet(named.map(([, { set }]) => set));
  const before = named.find(([, { set }]) => set === first)?.[1];
  if (!before) return null;
  const others = named.filter(([, entry]) => entry !== before);
  const trained = others.filter(([, { set }]) => set.role === "lora" || set.role === "ppo");
  const chosen = others.find(([name]) => name === after) ?? trained.at(-1) ?? others.at(-1);
  return { before, after: chosen?.[1] ?? null };
}

/** The untrained model's: the baseline, or on training questions the target in its first cycle. */
function beforeSet(sets: readonly AnswerSet[]): AnswerSet | undefined {
  return sets.find(({ role }) => role === "baseline" || role === "target") ?? sets[0];
}

/** How many of the answers to each question decline to answer. */
export function countRefusals(answers: readonly Answer[]): ReadonlyMap<QuestionId, number> {
  const counts = new Map<QuestionId, number>();
  for (const { questionId, text } of answers) {
    if (refusalIn(text)) counts.set(questionId, (counts.get(questionId) ?? 0) + 1);
  }
  return counts;
}

/**
 * A row a question, in the corpus's order.
 * @param texts     where the corpus is gone, from the report.
 * @param refusals  by question, both sides together; null while they are counted.
 */
export function mapRows(
  { before, after }: MapSides,
  corpus: Corpus | null,
  texts: ReadonlyMap<QuestionId, string>,
  refusals: ReadonlyMap<QuestionId, number> | null,
): MapRow[] {
  const befores = new Map(before.scores.map((score) => [score.id, score]));
  const afters = new Map(after?.scores.map((score) => [score.id, score]));
  const scored = new Set([...befores.keys(), ...afters.keys()]);
  const questions = new Map(corpus?.questions.map((question) => [question.id, question]));
  const ids = corpus ? [...questions.keys()].filter((id) => scored.has(id)) : [...scored];
  return ids.map((id) => {
    const [was, is] = [befores.get(id) ?? null, afters.get(id) ?? null];
    const question = questions.get(id);
    return {
      id,
      text: question?.text ?? texts.get(id) ?? `Question ${id}`,
      before: was,
      after: is,
      change: was?.sage == null || is?.sage == null ? null : is.sage - was.sage,
      foundations: question?.foundations ?? [],
      refusals: refusals && (refusals.get(id) ?? 0),
      flips: { before: flipsIn(was), after: flipsIn(is) },
    };
  });
}

function flipsIn(score: QuestionScore | null): boolean | null {
  const rate = score && measuredOf(score, "flipRate").value;
  return rate === null ? null : rate > 0;
}

/** Whether a row is among the questions asked for. */
export function flipsAs(
  { flips: { before, after } }: Pick<MapRow, "flips">,
  asked: Flips,
): boolean {
  switch (asked) {
    case "any":
      return before === true || after === true;
    case "gone":
      return before === true && after === false;
    case "new":
      return before === false && after === true;
  }
}

/** The rows asked for, in the order asked for; those without the figure sorted by come last. */
export function chooseRows(rows: readonly MapRow[], choice: MapChoice): MapRow[] {
  const { foundation, refusalsOnly, flips, sort, descending } = choice;
  const words = choice.text.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = rows.filter((row) => {
    const { text, foundations, refusals } = row;
    if (flips !== "" && !flipsAs(row, flips)) return false;
    if (foundation !== "" && !foundations.includes(foundation)) return false;
    if (refusalsOnly && (refusals ?? 0) === 0) return false;
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
  if (sort === "order") return kept;
  const figure = ({ before, after, change }: MapRow): number | null => {
    if (sort === "change") return change;
    return (sort === "before" ? before : after)?.sage ?? null;
  };
  const way = descending ? -1 : 1;
  const keyed = kept.map((row) => [figure(row), row] as const);
  keyed.sort(([a], [b]) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : way * (a - b)));
  return keyed.map(([, row]) => row);
}
