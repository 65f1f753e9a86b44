import { type CsvRow, parseCsv, toCsv } from "../format/csv";
import { InputError } from "../format/input-error";
import {
  type Corpus,
  corpusName,
  parseQuestionId,
  type Question,
  type QuestionId,
  type RecordedAnswer,
} from "./corpus";

type Row = CsvRow<(typeof REQUIRED)[number]>;

const REQUIRED = ["question_id", "question", "paraphrased"] as const;

/**
 * Reads a corpus in the long format of the Moral Consistency Corpus: one row a paraphrase, the question repeated.
 *
 * Columns `question_id, question, paraphrased`, and where present `model_output` (all filled or all empty), `rot`
 * and our own `topic`; others, such as `score`, are passed over. Rows of one question may lie apart; questions and
 * paraphrases keep the order of their first rows. Equal paraphrases are kept: the published files have some.
 *
 * @param emptyAnswers  where some rows have an answer and some none: refuse the file, or keep an empty one as a model's
 *                      that said nothing, which scoring leaves out.
 * @throws InputError naming file, row and column: no rows, an empty cell, one id with two questions or topics,
 *         answers for a part of the rows, rules of thumb without answers.
 */
export function importMcc(
  text: string,
  file: string,
  recordedModel: string | null = null,
  emptyAnswers: "refuse" | "keep" = "refuse",
): Corpus {
  const { columns, rows } = parseCsv(text, file, REQUIRED);
  if (rows.length === 0) {
    throw new InputError(
      { file },
      "there are no rows below the header",
      "Add one row a paraphrase.",
    );
  }
  const hasAnswers = checkAnswers(columns, rows, file, emptyAnswers);

  const groups = new Map<QuestionId, Row[]>();
  for (const row of rows) {
    for (const column of REQUIRED) checkFilled(row, column, file);
    const id = parseQuestionId(row.values.question_id);
    const group = groups.get(id) ?? [];
    if (group[0]) {
      checkSame(row, group[0], "question", file);
      checkSame(row, group[0], "topic", file);
    }
    groups.set(id, [...group, row]);
  }
  return {
    name: corpusName(file),
    questions: [...groups].map(([id, group]) => toQuestion(id, group, hasAnswers)),
    recordedModel: hasAnswers ? recordedModel : null,
  };
}

/**
 * Writes a corpus as `importMcc` reads it, with only the optional columns that it has something for.
 *
 * @throws RangeError if some questions have recorded answers and others none: the format has all or none.
 */
export function exportMcc({ questions }: Corpus): string {
  const answered = questions.filter(({ recorded }) => recorded !== null);
  if (answered.length > 0 && answered.length < questions.length) {
    const { id } = questions.find(({ recorded }) => recorded === null)!;
    throw new RangeError(
      `question ${id} has no recorded answers while others have; export them apart`,
    );
  }
  const rows = questions.flatMap(({ id, text, topic, paraphrases, recorded }) =>
    paraphrases.map((paraphrased, i) => ({
      question_id: id,
      question: text,
      paraphrased,
      topic,
      model_output: recorded?.[i]?.text ?? null,
      rot: recorded?.[i]?.rot ?? null,
    })),
  );
  const optional = (["topic", "model_output", "rot"] as const).filter((column) =>
    rows.some((row) => row[column] !== null),
  );
  return toCsv([...REQUIRED, ...optional], rows);
}

function toQuestion(id: QuestionId, rows: readonly Row[], hasAnswers: boolean): Question {
  const { question, topic } = rows[0]!.values;
  const answer = ({ values }: Row): RecordedAnswer => ({
    text: values["model_output"]!,
    rot: values["rot"]?.trim() ? values["rot"] : null,
  });
  return {
    id,
    text: question,
    topic: topic || null,
    paraphrases: rows.map(({ values }) => values.paraphrased),
    recorded: hasAnswers ? rows.map(answer) : null,
  };
}

/** Whether the rows hold answers; every row must, or none, unless empty ones are to be kept. */
function checkAnswers(
  columns: readonly string[],
  rows: readonly Row[],
  file: string,
  emptyAnswers: "refuse" | "keep",
): boolean {
  const isFilled = (column: string) => (row: Row) => (row.values[column] ?? "").trim() !== "";
  const answered = rows.filter(isFilled("model_output"));
  if (answered.length === 0) {
    const withRot = columns.includes("rot") ? rows.find(isFilled("rot")) : undefined;
    if (!withRot) return false;
    const problem = "there is a rule of thumb without an answer it is drawn from";
    const remedy = "Add the answers as the column model_output, or remove the column rot.";
    throw new InputError({ file, row: withRot.row, column: "rot" }, problem, remedy);
  }
  const empty = rows.find((row) => !isFilled("model_output")(row));
  if (empty && emptyAnswers === "refuse") {
    const problem = `the answer is empty, while ${answered.length} of ${rows.length} rows have one`;
    const remedy = "Fill it in, or remove the column to have the answers generated.";
    throw new InputError({ file, row: empty.row, column: "model_output" }, problem, remedy);
  }
  return true;
}

function checkFilled({ row, values }: Row, column: (typeof REQUIRED)[number], file: string): void {
  if (values[column].trim() !== "") return;
  throw new InputError({ file, row, column }, "the cell is empty", "Fill it in or remove the row.");
}

function checkSame(row: Row, first: Row, column: "question" | "topic", file: string): void {
  const [here, there] = [row.values[column], first.values[column]];
  if (here === there) return;
  throw new InputError(
    { file, row: row.row, column },
    `question ${row.values.question_id} has "${here}" here and "${there}" in row ${first.row}`,
    "Give one question one text, or another id.",
  );
}
