import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sourceOf } from "../../../tests/import/source";
import { InputError } from "../format/input-error";
import { exportOriginal } from "./export";
import { type ImportOptions, readImport } from "./import";
import { IMPORT_LIMITS } from "./limits";

const read = (name: string, text: string, options?: ImportOptions) =>
  readImport(sourceOf(name, text), options);
const lines = (...all: readonly string[]) => all.map((line) => `${line}\n`).join("");
const HEADER = "question_id,question,paraphrased";

/** One question of two wordings with answers, whatever it was written as. */
const lie = {
  text: "May one lie?",
  topic: null,
  paraphrases: ["Is lying right?", "Lie, ever?"],
  recorded: [
    { text: "No.", rot: null },
    { text: "Never.", rot: null },
  ],
};

describe("one question in every layout and container", () => {
  const entry = {
    id: 7,
    question: lie.text,
    paraphrases: lie.paraphrases,
    answers: ["No.", "Never."],
  };
  const rows = lie.paraphrases.map((paraphrased, i) => ({
    ...{ question_id: 7, question: lie.text, paraphrased, model_output: entry.answers[i] },
  }));
  const row = (i: number) => `7,May one lie?,"${lie.paraphrases[i]}",${entry.answers[i]}`;
  test.each([
    ["mcc", "csv", "a.csv", lines(`${HEADER},model_output`, row(0), row(1))],
    ["mcc", "csv", "bom.csv", `\ufeff${lines(`${HEADER},model_output`, row(0), "", row(1))}`],
    [
      "mcc",
      "csv",
      "crlf.csv",
      lines(`${HEADER},model_output`, row(0), row(1)).replaceAll("\n", "\r\n"),
    ],
    [
      "mcc",
      "csv",
      "a.tsv",
      lines(
        "question_id\tquestion\tparaphrased\tmodel_output",
        "7\tMay one lie?\tIs lying right?\tNo.",
        "7\tMay one lie?\tLie, ever?\tNever.",
      ),
    ],
    ["mcc", "json", "a.json", JSON.stringify(rows)],
    ["mcc", "jsonl", "a.jsonl", lines(...rows.map((row) => JSON.stringify(row)))],
    ["list", "json", "b.json", JSON.stringify([entry])],
    ["list", "json", "c.json", JSON.stringify({ version: 1, data: [entry] })],
    ["list", "jsonl", "b.jsonl", JSON.stringify(entry)],
    [
      "wide",
      "csv",
      "wide.csv",
      lines(
        "ID,Original Question,Paraphrase 1,Paraphrase 2,Paraphrase 3,answer_1,answer_2,answer_3",
        '7,May one lie?,Is lying right?,"Lie, ever?",,No.,Never.,',
      ),
    ],
  ])("%s as %s: %s", async (format, container, name, text) => {
    const imported = await read(name, text);
    expect(imported).toMatchObject({ format, container, rejected: [], problem: null });
    expect(imported.corpus.questions).toEqual([{ id: 7, ...lie }]);
    expect(imported.counts).toMatchObject({ questions: 1, paraphrases: 2, answers: 2, pairs: 0 });
    expect(imported.corpus.recordedModel).toBe(`recorded in ${name}`);
  });
});

test("in a wide table an answer belongs to the wording of its number, wherever its column stands", async () => {
  const text = lines(
    "question,wording_1,wording_10,wording_2,answer_1,answer_2,answer_10",
    "May one lie?,One?,Ten?,Two?,to one,to two,to ten",
  );
  const { corpus, rejected } = await read("wide.csv", text);
  expect(rejected).toEqual([]);
  expect(corpus.questions[0]).toMatchObject({
    paraphrases: ["One?", "Ten?", "Two?"],
    recorded: [{ text: "to one" }, { text: "to ten" }, { text: "to two" }],
  });
});

test("ids that a number does not hold exactly are refused, and kept where they are text", async () => {
  const rowsWith = (id: (digits: string) => string) =>
    lines(
      `{"question_id": ${id("9007199254740992")}, "question": "A?", "paraphrased": "One?"}`,
      `{"question_id": ${id("9007199254740993")}, "question": "B?", "paraphrased": "Two?"}`,
    );
  const { rejected } = await read(
    "a.jsonl",
    rowsWith((digits) => digits),
  );
  expect(rejected).toHaveLength(2);
  expect(rejected[0]!.reason).toMatch(/beyond 2\^53.* in quotes/);
  const { corpus } = await read(
    "a.jsonl",
    rowsWith((digits) => `"${digits}"`),
  );
  expect(corpus.questions.map(({ id }) => id)).toEqual(["9007199254740992", "9007199254740993"]);
});

test("Parquet gives the rows that it was written from, and goes out as JSONL", async () => {
  const bytes = readFileSync("tests/fixtures/import/questions.parquet");
  const imported = await readImport(sourceOf("questions.parquet", bytes));
  expect(imported).toMatchObject({ format: "mcc", container: "parquet", rejected: [] });
  expect(imported.counts).toMatchObject({ questions: 2, paraphrases: 4, answers: 4 });
  expect(imported.corpus.questions[0]).toMatchObject({ id: 1, topic: "honesty" });
  const { name, text } = exportOriginal(imported.corpus);
  expect(name).toBe("questions.jsonl");
  const again = await read("questions.parquet", text);
  expect(again.corpus.questions).toEqual(imported.corpus.questions);
});

test("a Parquet file that is cut is refused by name", async () => {
  const bytes = readFileSync("tests/fixtures/import/questions.parquet").subarray(0, 200);
  await expect(readImport(sourceOf("q.parquet", bytes))).rejects.toThrow(
    /^q\.parquet: this Parquet file could not be read/,
  );
});

test("columns without a known name are given their roles by hand", async () => {
  const text = lines(
    "frage,umformulierung,x",
    "Lügen?,Darf man lügen?,1",
    "Lügen?,Ist Lügen gut?,2",
  );
  const guessed = await read("de.csv", text);
  expect(guessed.problem).toMatch(
    /^no column tells which question a row belongs to; the file has "frage", /,
  );
  expect(guessed.sample).toHaveLength(2);
  const { corpus, problem } = await read("de.csv", text, {
    roles: { frage: "question", umformulierung: "wording" },
  });
  expect(problem).toBeNull();
  expect(corpus.questions).toMatchObject([
    { id: 1, text: "Lügen?", paraphrases: ["Darf man lügen?", "Ist Lügen gut?"] },
  ]);
  expect(exportOriginal(corpus).text.replaceAll("\r", "")).toBe(text);
});

test("the format asked for must have its columns", async () => {
  await expect(read("a.csv", lines(HEADER, "1,Q,P"), { as: "truthfulqa" })).rejects.toThrow(
    'a.csv, row 1, column "Question": the format truthfulqa has the column "Question", and the file has "question_id", "question", "paraphrased". Choose another format, or name the column so.',
  );
});

test("moral foundations beside the questions are read with them", async () => {
  const { corpus } = await read(
    "a.csv",
    lines(`${HEADER},care,loyalty`, "1,Q,P,1.0,0.0", "1,Q,R,1.0,0.0", "2,S,T,0,1"),
  );
  expect(corpus.questions.map(({ foundations }) => foundations)).toEqual([["care"], ["loyalty"]]);
});

test.each([
  ["an empty id", lines(HEADER, ",Q,P"), 2, "question_id", /^the cell is empty\. Fill it in/],
  ["an empty wording", lines(HEADER, "1,Q,P", "", "1,Q, "), 4, "paraphrased", /^the cell is empty/],
  [
    "a row too long",
    lines(HEADER, "1,Q,P,x"),
    2,
    "paraphrased",
    /^the row has 4 cells where the header has 3\. Put/,
  ],
  ["a row too short", lines(HEADER, "1,Q"), 2, "paraphrased", /^the row has 2 cells/],
  [
    "text after a quote",
    lines(HEADER, '1,"Q" x,P'),
    2,
    "question",
    /^text follows a closing quote/,
  ],
  [
    "a quote left open",
    lines(HEADER, "1,Q,P", '2,"Q,P'),
    3,
    "question",
    /^a quote is opened and never closed/,
  ],
  [
    "one id with two questions",
    lines(HEADER, "1,Q,P", "1,R,P"),
    3,
    "question",
    /^question 1 has "R" here and "Q" in row 2\./,
  ],
  [
    "an answer missing among others",
    lines(`${HEADER},model_output`, "1,Q,P,No.", "1,Q,R,"),
    3,
    "model_output",
    /^the answer is empty, while 1 of 2 have one\./,
  ],
  [
    "a rule without an answer",
    lines(`${HEADER},rot`, "1,Q,P,Be kind."),
    2,
    "rot",
    /^there is a rule of thumb without an answer/,
  ],
  [
    "a line that is no JSON",
    lines('{"question": "Q", "wording": "P"}', '{"question": '),
    2,
    null,
    /^no JSON \(/,
  ],
  [
    "a line that is no object",
    lines('{"question": "Q", "wording": "P"}', "[1]"),
    2,
    null,
    /^the line is no object/,
  ],
  [
    "too few answers in a list",
    lines('{"question": "Q", "paraphrases": ["a b", "c d"], "answers": ["x"]}', "{}"),
    1,
    "answers",
    /^there are 1 texts for 2 wordings/,
  ],
  [
    "an empty text in a list",
    lines('{"question": "Q", "paraphrases": ["a b", " "]}', "{}"),
    1,
    "paraphrases",
    /^text 2 is empty/,
  ],
  [
    "a question twice in a wide table",
    lines("id,question,p1,p2", "1,Q,a,b", "1,Q,a,b"),
    3,
    "id",
    /^row 2 has question 1 too/,
  ],
  [
    "no label of a pair",
    lines("question_id,question,model_output_1,model_output_2,ann1", "1,Q,a,b,yes"),
    2,
    "ann1",
    /^"yes" is no label\. Write Y, N, NA/,
  ],
  [
    "a pair without its answer",
    lines("question_id,paraphrased_1,model_output_1,paraphrased_2,model_output_2", "1,a,,b,d"),
    2,
    "model_output_1",
    /^the cell is empty/,
  ],
  [
    "no index of an ending",
    lines("A man sits. he", "1", "a b", "c d", "e f", "g h", "B", "3", "", "x", "y", "z"),
    7,
    "endings",
    /none of them empty/,
  ],
  [
    "a task that is cut",
    lines("A man sits. he", "1", "a b", "c d", "e f", "g h", "B"),
    7,
    null,
    /^the last task has 1 lines/,
  ],
  [
    "a foundation that is neither 0 nor 1",
    lines("question_id,care,fairness,liberty,loyalty,authority,sanctity", "1,2,0,0,0,0,0"),
    2,
    "care",
    /^a foundation is 0 or 1/,
  ],
  [
    "an ambiguity that there isn't",
    lines("scenario_id,ambiguity,context,action1,action2", "H_1,some,C,a,b"),
    2,
    "ambiguity",
    /^"some" is neither low nor high/,
  ],
  [
    "a question without wrong answers",
    lines("Question,Best Answer,Correct Answers,Incorrect Answers", "Q,a,a; b,b; a"),
    2,
    "Incorrect Answers",
    /^every wrong answer is a right one too/,
  ],
])("%s is rejected, with its row and column", async (_, text, row, column, reason) => {
  const { rejected, counts } = await read("f", text);
  expect(rejected).toContainEqual({ row, column, reason: expect.stringMatching(reason) as string });
  expect(counts.rejected).toBe(rejected.length);
});

test("the rows around a rejected one are read", async () => {
  const { corpus, rejected } = await read("a.csv", lines(HEADER, "1,Q,P", "1,Q", "1,Q,R"));
  expect(corpus.questions).toMatchObject([{ paraphrases: ["P", "R"] }]);
  expect(rejected).toHaveLength(1);
});

test.each([
  ["nothing", "", "f: the file has no text. The first row of a table names its columns."],
  [
    "two columns of one name",
    "a,a\n1,2\n",
    'f, row 1, column "a": two columns have this name. Rename or remove one of them.',
  ],
  ["JSON that is cut", '[{"question": "Q"', /^f: this is not JSON \(/],
  [
    "JSON with two lists",
    '{"a": [{}],\n"b": [{}]}',
    "f: there are 2 lists in it. Write one list of questions: [{…}, {…}].",
  ],
  [
    "a record without end",
    `a,b\n"${"x".repeat(IMPORT_LIMITS.record + 70_000)}`,
    /^f, row 2: a record is longer than 4 million characters\. Look for a quote/,
  ],
  [
    "a header without end",
    "x".repeat(IMPORT_LIMITS.record + 70_000),
    /^f, row 1: a record is longer than/,
  ],
])("%s is refused whole", async (_, text, message) => {
  await expect(read("f", text)).rejects.toThrow(message);
  await expect(read("f", text)).rejects.toBeInstanceOf(InputError);
});

test("a column may have the name of what every object has", async () => {
  const text = lines(`${HEADER},__proto__,constructor`, "1,Q,P,x,y", "1,Q,R,z,w");
  const imported = await read("a.csv", text);
  expect(exportOriginal(imported.corpus).text.replaceAll("\r", "")).toBe(text);
  const json = JSON.parse('[{"question":"Q","wording":"P","__proto__":{"polluted":1}}]') as unknown;
  await read("a.json", JSON.stringify(json));
  expect({}).not.toHaveProperty("polluted");
});

test("lists that lie deep in one another keep their entry out", async () => {
  const deep = `${"[".repeat(IMPORT_LIMITS.depth)}1${"]".repeat(IMPORT_LIMITS.depth)}`;
  const entry = (x: string) => `{"question": "Q", "wording": "P", "x": ${x}}`;
  const { rejected } = await read("d.json", `[${entry("[[1]]")}, ${entry(deep)}]`);
  expect(rejected).toMatchObject([{ row: 2 }]);
});

test("equal answers of a question's pairs are told by their position", async () => {
  const header = "question_id,paraphrased_1,model_output_1,paraphrased_2,model_output_2";
  const pair = "1,Is it right?,No.,Is it right?,No.";
  const { counts } = await read("e.csv", lines(header, pair, pair, pair));
  expect(counts).toMatchObject({ answers: 3, paraphrases: 3, pairs: 3 });
  const alone = await read("e.csv", lines(header, pair, pair));
  expect(alone.counts).toMatchObject({ answers: 1, pairs: 2 }); // no number of answers has two pairs
});

test("reading stops when it is cancelled", async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(
    read("a.csv", lines(HEADER, "1,Q,P"), { signal: controller.signal }),
  ).rejects.toThrow(/abort/i);
});

const cell = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  .filter((text) => text.trim() !== "");
const tricky = fc.oneof(
  cell,
  fc.constantFrom('"', ' "a" ', "a,b", "a\nb", "=1+1", "'=1", "\t-x", "a\r\nb", "ünï, “q”"),
);

test("a table is read alike whatever parts it comes in, and comes back as it was", async () => {
  const table = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), tricky, tricky), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, size) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const text = `${HEADER},note\r\n${rows
        .map(([id, wording, note]) => `${id},Question ${id},${quoted(wording)},${quoted(note)}\r\n`)
        .join("")}`;
      const whole = await read("t.csv", text);
      expect(await readImport(sourceOf("t.csv", text, size))).toEqual(whole);
      expect(whole.rejected).toEqual([]);
      const again = await read("t.csv", exportOriginal(whole.corpus).text);
      expect(again.corpus).toEqual(whole.corpus);
    }),
    { numRuns: 200 },
  );
});

test("a list of questions in JSON comes back as it was", async () => {
  const entry = fc.record({
    question: fc.uuid(),
    paraphrases: fc.array(cell, { minLength: 1, maxLength: 4 }),
    topic: fc.option(cell),
    extra: fc.jsonValue({ maxDepth: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 5 }), async (entries) => {
      const files = {
        "l.json": JSON.stringify(entries),
        "l.jsonl": lines(...entries.map((one) => JSON.stringify(one))),
      };
      for (const [name, text] of Object.entries(files)) {
        const first = await read(name, text, { as: "list" });
        const again = await read(name, exportOriginal(first.corpus).text, { as: "list" });
        expect(again.corpus).toEqual(first.corpus);
      }
    }),
    { numRuns: 100 },
  );
});
