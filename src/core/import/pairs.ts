/** MCC's tables of answer pairs: edges with their similarities, and people's judgement of them. */
import { parseQuestionId, type Question, type QuestionId } from "../corpus/corpus";
import { type Collector, Keeper, nothing } from "./collect";
import { inPairOrder } from "../sage/pair-order";
import { EMPTY, reject, type SourceRecord, textOf } from "./record";

interface Side {
  readonly wording: string;
  readonly answer: string;
  readonly rule: string | null;
}

interface Group {
  readonly id: QuestionId;
  readonly question: string | null;
  readonly rows: (readonly [Side, Side])[];
}

const RATER = /^ann\d+$/;
const LABELS = ["Y", "N", "NA", ""];

/** Reads `question_id, paraphrased_1, model_output_1, rot_1, paraphrased_2, …` with any further columns. */
export function collectEdges(columns: readonly string[]): Collector {
  return collectPairs(
    columns,
    ["paraphrased_1", "model_output_1", "paraphrased_2", "model_output_2"],
    () => null,
  );
}

/** Reads `question_id, question, model_output_1, model_output_2, ann1, ann2, …`, each label Y, N, NA or empty. */
export function collectAnnotations(columns: readonly string[]): Collector {
  const raters = columns.filter((name) => RATER.test(name));
  return collectPairs(columns, ["question", "model_output_1", "model_output_2"], (record) => {
    const wrong = raters.find(
      (name) => !LABELS.includes(textOf(record.values[name])?.trim() ?? ""),
    );
    if (wrong === undefined) return null;
    const reason = `"${textOf(record.values[wrong])}" is no label. Write Y, N, NA, or leave it empty.`;
    return reject(record, wrong, reason);
  });
}

function collectPairs(
  columns: readonly string[],
  required: readonly string[],
  check: (record: SourceRecord) => ReturnType<typeof reject> | null,
): Collector {
  const keeper = new Keeper(columns);
  const groups = new Map<QuestionId, Group>();
  let pairs = 0;
  return {
    add(record) {
      const text = (column: string) => textOf(record.values[column]) ?? "";
      const empty = ["question_id", ...required].find((column) => text(column).trim() === "");
      if (empty !== undefined) return reject(record, empty, EMPTY);
      const refusal = check(record);
      if (refusal) return refusal;
      const id = parseQuestionId(text("question_id"));
      const side = (n: 1 | 2): Side => ({
        wording: text(`paraphrased_${n}`),
        answer: text(`model_output_${n}`),
        rule: text(`rot_${n}`).trim() === "" ? null : text(`rot_${n}`),
      });
      const group = groups.get(id) ?? { id, question: textOf(record.values["question"]), rows: [] };
      group.rows.push([side(1), side(2)]);
      groups.set(id, group);
      keeper.keep(record);
      pairs++;
      return null;
    },
    finish() {
      const sides = [...groups.values()].map((group) => sidesOf(group.rows));
      const questions = [...groups.values()].map((group, i) => toQuestion(group, sides[i]!));
      const stand = "The file has no source questions: the first wording stands for each.";
      return {
        ...nothing,
        ...{ questions, pairs, kept: keeper.kept },
        answers: sides.reduce((sum, { length }) => sum + length, 0),
        notes: required.includes("question") || pairs === 0 ? [] : [stand],
      };
    },
  };
}

/**
 * The answers that pairs are of. The published pipeline writes a question's pairs in the order of
 * `itertools.combinations`: then answers are told by position, equal ones too; else by their texts.
 */
function sidesOf(rows: Group["rows"]): readonly Side[] {
  const told = new Map(rows.flat().map((side) => [keyOf(side), side]));
  return inPairOrder(rows, keyOf) ?? [...told.values()];
}

const keyOf = ({ wording, answer, rule }: Side) => JSON.stringify([wording, answer, rule]);

/** Without wordings (people's judgements have none) there is nothing to ask. */
function toQuestion({ id, question }: Group, sides: readonly Side[]): Question {
  const hasWordings = sides.every(({ wording }) => wording !== "");
  return {
    id,
    text: question ?? sides[0]!.wording,
    topic: null,
    paraphrases: hasWordings ? sides.map(({ wording }) => wording) : [],
    recorded: hasWordings ? sides.map(({ answer, rule }) => ({ text: answer, rot: rule })) : null,
  };
}
