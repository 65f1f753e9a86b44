import * as v from "valibot";
import { InputError } from "../format/input-error";
import { type Corpus, corpusName, parseQuestionId, type Question } from "./corpus";

const filled = v.pipe(v.string(), v.regex(/\S/, "the text is empty"));
const texts = v.pipe(v.array(filled), v.minLength(2, "there must be at least 2 texts"));
const NO_ID = "an id is an integer or a text";
const id = v.union([v.pipe(v.number(), v.safeInteger(NO_ID)), filled], NO_ID);

const Entry = v.pipe(
  v.strictObject({
    id,
    topic: filled,
    question: filled,
    paraphrases: texts,
    aligned: texts,
    /** Whether the aligned answers were written to agree. */
    consistent: v.boolean(),
  }),
  v.forward(
    v.check(
      ({ paraphrases, aligned }) => paraphrases.length === aligned.length,
      "there must be one aligned answer a paraphrase",
    ),
    ["aligned"],
  ),
);

const Entries = v.pipe(v.array(Entry), v.minLength(1, "the list has no entries"));

/**
 * Reads questions with aligned answers from JSON: a list of `{id, topic, question, paraphrases, aligned,
 * consistent}`, one aligned answer a paraphrase. The aligned answers become the recorded ones.
 *
 * @param recordedModel  name of who gave the aligned answers.
 * @throws InputError naming file, entry (from 1) and field: no JSON, a missing, unknown or wrong field, an id twice.
 */
export function importDemoQuestions(json: string, file: string, recordedModel: string): Corpus {
  const result = v.safeParse(Entries, parseJson(json, file));
  if (!result.success) throw schemaError(result.issues[0], file);

  const questions = result.output.map((entry): Question => ({
    id: parseQuestionId(String(entry.id)),
    text: entry.question,
    topic: entry.topic,
    paraphrases: entry.paraphrases,
    recorded: entry.aligned.map((text) => ({ text, rot: null })),
  }));
  const rowOf = new Map<unknown, number>();
  questions.forEach((question, index) => {
    const first = rowOf.get(question.id);
    if (first !== undefined) {
      const place = { file, row: index + 1, column: "id", layout: "list" } as const;
      const problem = `entry ${first} has the id ${question.id} too`;
      throw new InputError(place, problem, "Give each question its own id.");
    }
    rowOf.set(question.id, index + 1);
  });
  return { name: corpusName(file), questions, recordedModel };
}

function parseJson(json: string, file: string): unknown {
  try {
    return JSON.parse(json.replace(/^\ufeff/, ""));
  } catch (error) {
    const problem = `this is not JSON (${(error as SyntaxError).message})`;
    throw new InputError({ file }, problem, "Check that the file is complete.");
  }
}

function schemaError(issue: v.BaseIssue<unknown>, file: string): InputError {
  const [index, field, item] = (issue.path ?? []).map(({ key }) => key);
  const remedy =
    "An entry has id, topic, question, paraphrases, aligned (one answer a paraphrase) and consistent.";
  const place = {
    file,
    layout: "list",
    ...(typeof index === "number" && { row: index + 1 }),
    ...(typeof field === "string" && { column: field }),
  } as const;
  const where = typeof item === "number" ? `in text ${item + 1} ` : "";
  return new InputError(place, where + issue.message.replace(/\.$/, ""), remedy);
}
