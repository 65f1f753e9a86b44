/** Questions that have no wordings yet: a record a question. */
import { parseQuestionId, type Question } from "../corpus/corpus";
import { type Collector, onePerRecord } from "./collect";
import { EMPTY, reject, type Rejection, textOf } from "./record";
import { columnsOf, guessRoles } from "./roles";

/** `question`, and where present an id and a topic by their usual names. Without ids a question's is its place in the file. */
export function collectQuestions(columns: readonly string[]): Collector {
  const roles = guessRoles(columns);
  const [idColumn] = columnsOf(roles, "id", columns);
  const [topicColumn] = columnsOf(roles, "topic", columns);
  return onePerRecord(columns, (record, order): Question | Rejection => {
    const cell = (column: string) => textOf(record.values[column])?.trim() ?? "";
    const empty = ["question", ...(idColumn === undefined ? [] : [idColumn])].find(
      (column) => cell(column) === "",
    );
    if (empty !== undefined) return reject(record, empty, EMPTY);
    return {
      id: idColumn === undefined ? order : parseQuestionId(cell(idColumn)),
      text: cell("question"),
      topic: (topicColumn !== undefined && cell(topicColumn)) || null,
      paraphrases: [],
      recorded: null,
    };
  });
}
