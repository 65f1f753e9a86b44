/** Moral foundations of questions: a column a foundation, 1 where it applies. */
import { type Foundation, FOUNDATIONS, parseQuestionId, type QuestionId } from "../corpus/corpus";
import { type Collector, type FoundationLabels, Keeper, nothing } from "./collect";
import { EMPTY, type Json, reject, type SourceRecord, textOf } from "./record";

/** Reads MCC's own table, `question_id, care, fairness, liberty, loyalty, authority, sanctity`. */
export function collectFoundations(columns: readonly string[]): Collector {
  const keeper = new Keeper(columns);
  const labels: FoundationLabels[] = [];
  const rowOf = new Map<QuestionId, number>();
  return {
    add(record) {
      const text = textOf(record.values["question_id"])?.trim() ?? "";
      if (text === "") return reject(record, "question_id", EMPTY);
      const id = parseQuestionId(text);
      const first = rowOf.get(id);
      if (first !== undefined) {
        return reject(record, "question_id", `row ${first} has the id ${id} too. Remove one.`);
      }
      const broken = FOUNDATIONS.find(
        (name) => columns.includes(name) && isSet(record.values[name]) === null,
      );
      if (broken !== undefined)
        return reject(record, broken, "a foundation is 0 or 1. Write one of them.");
      rowOf.set(id, record.row);
      labels.push({ id, foundations: foundationsOf(record, columns) });
      keeper.keep(record);
      return null;
    },
    finish: () => ({ ...nothing, labels, kept: keeper.kept }),
  };
}

/** Those of the columns' foundations that a record has 1 for. */
export function foundationsOf({ values }: SourceRecord, columns: readonly string[]): Foundation[] {
  const applies = (name: Foundation) => {
    const column = columns.find((column) => column.trim().toLowerCase() === name);
    return column !== undefined && isSet(values[column]) === true;
  };
  return FOUNDATIONS.filter(applies);
}

/** Null for what is neither 0 nor 1. */
function isSet(value: Json | undefined): boolean | null {
  const text = textOf(value)?.trim().toLowerCase() ?? "";
  if (text === "true" || text === "false") return text === "true";
  const number = text === "" ? NaN : Number(text);
  return number === 0 || number === 1 ? number === 1 : null;
}
