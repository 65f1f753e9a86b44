import { parseCsv } from "../format/csv";
import { InputError } from "../format/input-error";
import { parseQuestionId, type QuestionId } from "./corpus";

/** Pair weights of one question's answers. */
export interface QuestionEdges {
  readonly id: QuestionId;
  /** [n(n−1)/2] in the file's row order, which is that of `pairs`. */
  readonly weights: readonly number[];
  /** The two answers of each pair, where the file has them as `model_output_1` and `model_output_2`. */
  readonly texts: readonly (readonly [string, string])[] | null;
  /** Number of answers. */
  readonly n: number;
}

interface Group {
  readonly firstRow: number;
  readonly weights: number[];
  readonly texts: [string, string][];
}

/**
 * Reads the pair weights of an edges table, one row a pair of answers: the published pipeline writes the pairs of a
 * question in the order of `itertools.combinations`, 10 rows for 5 answers.
 *
 * @param weightColumn  e.g. `cosine_rot`, which despite its name holds 0.8·answers + 0.2·rules of thumb in the
 *                      published mixed files.
 * @returns             questions in the order of their first rows.
 * @throws InputError naming file, row and column: no rows, an empty id, no number, or as many rows for a question
 *         as no number of answers has pairs.
 */
export function importEdges(text: string, file: string, weightColumn: string): QuestionEdges[] {
  const { columns, rows } = parseCsv(text, file, ["question_id", weightColumn]);
  const hasTexts = ["model_output_1", "model_output_2"].every((name) => columns.includes(name));
  if (rows.length === 0) {
    throw new InputError({ file }, "there are no rows below the header", "Add one row a pair.");
  }
  const groups = new Map<QuestionId, Group>();
  for (const { row, values } of rows) {
    const id = parseQuestionId(values["question_id"]!);
    if (id === "") {
      const place = { file, row, column: "question_id" };
      throw new InputError(place, "the cell is empty", "Fill it in or remove the row.");
    }
    const weight = parseWeight(values[weightColumn]!, { file, row, column: weightColumn });
    const group = groups.get(id) ?? { firstRow: row, weights: [], texts: [] };
    group.weights.push(weight);
    group.texts.push([values["model_output_1"] ?? "", values["model_output_2"] ?? ""]);
    groups.set(id, group);
  }
  return [...groups].map(([id, { firstRow, weights, texts }]) => {
    const n = answersFor(weights.length);
    if (n !== null) return { id, weights, texts: hasTexts ? texts : null, n };
    const problem = `question ${id} has ${weights.length} rows; 2, 3, 4, 5 … answers have 1, 3, 6, 10 … pairs`;
    const place = { file, row: firstRow, column: "question_id" };
    throw new InputError(place, problem, "Give each pair of answers one row.");
  });
}

function parseWeight(cell: string, place: { file: string; row: number; column: string }): number {
  const weight = Number(cell);
  if (cell.trim() !== "" && Number.isFinite(weight)) return weight;
  throw new InputError(place, `"${cell}" is not a number`, "Write it like 0.71, with a point.");
}

/** n of n(n−1)/2 = count, or null where no n fits. */
function answersFor(count: number): number | null {
  const n = (1 + Math.sqrt(1 + 8 * count)) / 2;
  return Number.isInteger(n) ? n : null;
}
