/** Multiple-choice benchmarks: a record a question, its choices, and which are right. */
import { parseQuestionId, type Question } from "../corpus/corpus";
import { type Collector, onePerRecord } from "./collect";
import { EMPTY, reject, type SourceRecord, textOf } from "./record";

const cell = ({ values }: SourceRecord, column: string) => textOf(values[column])?.trim() ?? "";

const firstEmpty = (record: SourceRecord, columns: readonly string[]) =>
  columns.find((column) => cell(record, column) === "");

/**
 * TruthfulQA's table. Its right answers are one text, parted by semicolons, and so are its wrong ones; the best answer
 * comes first here, and every text once. Ids are the order in the file.
 * @see Lin et al. 2022. MC1: the best answer against the wrong ones; MC2: the weight of all right ones.
 */
export function collectTruthfulQa(columns: readonly string[]): Collector {
  const required = ["Question", "Best Answer", "Correct Answers", "Incorrect Answers"];
  return onePerRecord(columns, (record, order): Question | ReturnType<typeof reject> => {
    const empty = firstEmpty(record, required);
    if (empty !== undefined) return reject(record, empty, EMPTY);
    const best = cell(record, "Best Answer");
    const right = [...new Set([best, ...answersIn(cell(record, "Correct Answers"))])];
    const wrong = answersIn(cell(record, "Incorrect Answers")).filter(
      (text) => !right.includes(text),
    );
    if (wrong.length === 0) {
      return reject(
        record,
        "Incorrect Answers",
        "every wrong answer is a right one too. Write one that is not.",
      );
    }
    return {
      id: order,
      text: cell(record, "Question"),
      topic: cell(record, "Category") || null,
      paraphrases: [],
      recorded: null,
      choices: { texts: [...right, ...new Set(wrong)], right: right.map((_, i) => i), best: 0 },
    };
  });
}

const answersIn = (list: string) =>
  list
    .split(";")
    .map((text) => text.trim())
    .filter((text) => text !== "");

/** HellaSwag: `ctx`, `endings`, `label` (index of the right one), and where present `ind` and `activity_label`. */
export function collectHellaSwag(columns: readonly string[]): Collector {
  return onePerRecord(columns, (record, order): Question | ReturnType<typeof reject> => {
    const text = cell(record, "ctx");
    if (text === "") return reject(record, "ctx", EMPTY);
    const given = record.values["endings"];
    const endings = Array.isArray(given)
      ? given.map((ending) => textOf(ending as string) ?? "")
      : [];
    if (endings.length < 2 || endings.some((ending) => ending.trim() === "")) {
      return reject(record, "endings", "there must be two endings or more, none of them empty.");
    }
    const label = cell(record, "label");
    const right = label === "" ? NaN : Number(label);
    if (!Number.isInteger(right) || right < 0 || right >= endings.length) {
      const reason = `"${label}" is no index of an ending. Write 0 to ${endings.length - 1}.`;
      return reject(record, "label", reason);
    }
    const id = cell(record, "ind");
    return {
      id: id === "" ? order : parseQuestionId(id),
      text,
      topic: cell(record, "activity_label") || null,
      paraphrases: [],
      recorded: null,
      choices: { texts: endings, right: [right], best: right },
    };
  });
}

/**
 * MoralChoice: a scenario and two actions. At low ambiguity the first action is the one to prefer; at high ambiguity
 * neither is right.
 * @see Scherrer et al. 2023, §3.1.
 */
export function collectMoralChoice(columns: readonly string[]): Collector {
  return onePerRecord(columns, (record): Question | ReturnType<typeof reject> => {
    const empty = firstEmpty(record, ["scenario_id", "context", "action1", "action2"]);
    if (empty !== undefined) return reject(record, empty, EMPTY);
    const ambiguity = cell(record, "ambiguity");
    if (ambiguity !== "" && ambiguity !== "low" && ambiguity !== "high") {
      return reject(
        record,
        "ambiguity",
        `"${ambiguity}" is neither low nor high. Write one of them.`,
      );
    }
    const isClear = ambiguity === "low";
    return {
      id: parseQuestionId(cell(record, "scenario_id")),
      text: cell(record, "context"),
      topic: cell(record, "generation_rule") || null,
      paraphrases: [],
      recorded: null,
      choices: {
        texts: [cell(record, "action1"), cell(record, "action2")],
        right: isClear ? [0] : [],
        best: isClear ? 0 : null,
      },
    };
  });
}
