/** `answer` as a user meets it: an API that is paid once, a batch, a model on this machine, recorded answers. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { importMcc } from "../../src/core/corpus/mcc";
import type { StudyReport } from "../../src/core/format/report";
import { type MockServer, mockServer, replyTo } from "../api/mock-server";
import { quickestStudy } from "../browser/quickest-study";
import { buildSteadfast, folderOf, type Run, type Steadfast } from "./steadfast";

const CORPUS = `question_id,question,paraphrased
7,Is lying wrong?,Is it wrong to lie?
7,Is lying wrong?,Should I lie?
7,Is lying wrong?,Should I lie?
8,May one steal?,Is stealing fine?
8,May one steal?,Can I steal?
`;
const WORDINGS = CORPUS.trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => line.split(",")[2]!);

let steadfast: Steadfast;
let cwd: string;
let server: MockServer;
beforeAll(async () => (steadfast = await buildSteadfast()));
afterAll(() => steadfast.remove());
beforeEach(async () => {
  cwd = await folderOf({ "corpus.csv": CORPUS });
  server = await mockServer();
});
afterEach(async () => {
  await server.close();
  await rm(cwd, { recursive: true });
});

const run = (...argv: string[]) => steadfast.run(argv, { cwd });
async function good(...argv: string[]): Promise<Run> {
  const ended = await run(...argv);
  expect(ended).toMatchObject({ code: 0 });
  return ended;
}
const api = (...more: string[]) => [
  ...["answer", "--corpus", "corpus.csv", "--out", "answers.csv"],
  ...["--api", server.baseUrl, "--api-model", "mock-1", ...more],
];
const textOf = (file: string) => readFile(join(cwd, file), "utf8");
async function rows(file = "answers.csv"): Promise<(readonly [string, string])[]> {
  const { questions } = importMcc(await textOf(file), file);
  return questions.flatMap(({ paraphrases, recorded }) =>
    paraphrases.map((wording, i) => [wording, recorded![i]!.text] as const),
  );
}
const asking = (wording: string) =>
  `Answer this question in one short paragraph of plain text. Question: ${wording}`;

test("an API answers every wording, a budget stops it, and a higher one goes on without paying twice", async () => {
  const stopped = await run(...api("--token-budget", "350", "--max-tokens", "100"));
  expect(stopped).toMatchObject({ code: 1, stdout: "" });
  expect(stopped.stderr).toMatch(
    /Stopped before the next request could exceed the budget \(350 tokens\)/,
  );
  expect(stopped.stderr).toContain("the same command goes on from there");
  expect(existsSync(join(cwd, "answers.csv"))).toBe(false);
  const before = server.asked.length;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(5);

  const done = await good(...api("--max-tokens", "100"));
  expect(done.stderr).toContain(`(${before} more are answered already)`);
  expect(done.stderr).toContain("in 5 replies");
  expect(server.asked).toHaveLength(5); // a wording that stands there twice was asked twice
  const answers = await rows();
  expect(answers.map(([wording]) => wording)).toEqual(WORDINGS);
  for (const [wording, text] of answers) expect(text).toContain(replyTo(asking(wording)));
});

test("samples are rows of their own, and the estimate asks nothing", async () => {
  const prices = ["--input-price", "0.5", "--output-price", "1.5", "--max-tokens", "100"];
  const { stdout } = await good(...api("--samples", "3", "--estimate", ...prices));
  expect(stdout).toMatch(
    /^15 requests: about [\d,]+ tokens sent.*at most 1,500 received; at most 0\.00\d+ at/,
  );
  expect(server.asked).toEqual([]);
  await good(...api("--samples", "3"));
  expect(await rows()).toHaveLength(15);
});

test("a batch is exported, its results are taken in, and what failed in it is asked", async () => {
  const { stdout } = await good(...api("--export-batch", "batch.jsonl"));
  expect(stdout).toBe("batch.jsonl\n");
  const lines = (await textOf("batch.jsonl")).trimEnd().split("\n");
  const ids = lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id);
  expect(new Set(ids).size).toBe(5);
  const result = (custom_id: string, status_code: number, body: unknown) =>
    `${JSON.stringify({ custom_id, response: { status_code, body }, error: null })}\n`;
  const completion = { choices: [{ message: { content: "From the batch." } }] };
  await writeFile(join(cwd, "output.jsonl"), ids.slice(1).map((id) => result(id, 200, completion)).join("")); // prettier-ignore
  const error = { error: { message: "too long" } };
  await writeFile(join(cwd, "errors.jsonl"), result(ids[0]!, 400, error));

  const both = ["--import-batch", "output.jsonl", "--import-batch", "errors.jsonl"];
  const { stderr } = await good(...api(...both));
  expect(stderr).toContain("errors.jsonl, line 1: status 400: too long");
  expect(stderr).toContain("output.jsonl: 4 replies, 0 lines without one");
  expect(server.asked).toEqual([asking(WORDINGS[0]!)]);
  const texts = (await rows()).map(([, text]) => text);
  expect(texts.filter((text) => text === "From the batch.")).toHaveLength(4);
  await rm(join(cwd, "answers.csv"));
  const again = await good(...api("--export-batch", "rest.jsonl"));
  expect(again.stdout).toBe("every wording is answered already\n");
});

test("the connection is tested without a reply", async () => {
  const { stdout } = await good(...api("--test-connection"));
  expect(stdout).toContain("has the model mock-1");
  const { baseUrl } = server;
  await server.close();
  const gone = await run(...["answer", "--api", baseUrl, "--api-model", "m", "--test-connection"]);
  expect(gone).toMatchObject({ code: 1 });
  expect(gone.stderr).toContain("No server answers");
});

test("a model on this machine answers, and an interrupted run goes on from its blocks", async () => {
  const model = ["answer", "--corpus", "corpus.csv", "--model", "demo", "--max-new-tokens", "8"];
  await good(...model, "--out", "a.csv");
  const kept = (await textOf("a.csv.replies.jsonl")).split("\n").filter((line) => line !== "");
  expect(kept).toHaveLength(5);
  await writeFile(join(cwd, "cut.jsonl"), kept.slice(0, 3).join("\n"));
  await good(...model, "--out", "b.csv", "--cache", "cut.jsonl");
  expect(await textOf("b.csv")).toBe(await textOf("a.csv"));
  const planted = kept.map((line) =>
    JSON.stringify({ ...(JSON.parse(line) as object), text: "Kept." }),
  );
  await writeFile(join(cwd, "planted.jsonl"), planted.join("\n"));
  await good(...model, "--out", "c.csv", "--cache", "planted.jsonl");
  expect((await rows("c.csv")).every(([, text]) => text === "Kept.")).toBe(true); // nothing was computed again
  await good(...model, "--out", "d.csv", "--cache", "planted.jsonl", "--seed", "2");
  expect((await rows("d.csv")).every(([, text]) => text !== "Kept.")).toBe(true);
});

test("recorded answers find their wordings by text, and one that is missing is named", async () => {
  const answered = CORPUS.split("\n").map((line, i) =>
    line === "" ? "" : `${line},${i === 0 ? "model_output" : `Answer ${i}.`}`,
  );
  await writeFile(join(cwd, "recorded.csv"), [answered[0], ...answered.slice(1).reverse()].filter(Boolean).join("\n")); // prettier-ignore
  const words = ["answer", "--corpus", "corpus.csv", "--out", "answers.csv"];
  await good(...words, "--recorded", "recorded.csv");
  const texts = new Map(await rows());
  expect(texts.get("Is stealing fine?")).toBe("Answer 4.");
  await writeFile(
    join(cwd, "short.csv"),
    answered.filter((line) => !line.startsWith("8")).join("\n"),
  );
  const missing = await run(...words.with(4, "other.csv"), "--recorded", "short.csv");
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.stderr).toContain("no answer to wording 1 of question 8 (“Is stealing fine?”)");
  expect(existsSync(join(cwd, "other.csv"))).toBe(false);
});

test.each([
  [[], "give one of --api URL, --model MODEL and --recorded FILE"],
  [["--model", "demo", "--api", "http://localhost:1/v1"], "give one of"],
  [["--model", "demo", "--budget", "1"], "--budget means nothing with --model"],
  [["--model", "demo", "--estimate"], "are of an API"],
  [["--api", "http://localhost:1/v1"], "--api-model ID is missing"],
  [["--api", "http://localhost:1/v1", "--api-model", "m", "--budget", "1"], "needs both prices"],
  [
    ["--api", "http://u:p@localhost:1/v1", "--api-model", "m"],
    "must not hold a name or a password",
  ],
  [["--recorded", "corpus.csv", "--samples", "2"], "recorded answers are one a wording"],
  [["--recorded", "corpus.csv", "--backend", "cpu"], "--backend means nothing with --recorded"],
  [["--model", "demo", "--samples", "0"], "--samples must be 1 or more"],
])("%j is refused with a sentence, and writes nothing", async (words, said) => {
  const { code, stderr } = await run(
    "answer",
    "--corpus",
    "corpus.csv",
    "--out",
    "x.csv",
    ...words,
  );
  expect(stderr).toContain(said);
  expect(code).toBe(2);
  expect(existsSync(join(cwd, "x.csv"))).toBe(false);
});

test("a study pauses at its budget, says what was spent, and goes on with a higher one without asking anything twice", async () => {
  const aligned = { kind: "chat", baseUrl: server.baseUrl, model: "mock-1", maxTokens: 50 };
  const config = { ...quickestStudy, aligned: { ...aligned, tokenBudget: 400 } };
  await writeFile(join(cwd, "study.json"), JSON.stringify(config));
  const paused = await run("study", "study.json", "--out", "out");
  expect(paused).toMatchObject({ code: 1 });
  expect(paused.stderr).toMatch(
    /exceed the budget \(400 tokens\).*Spent so far: [\d,]+ tokens in \d+ repl/,
  );
  expect(server.asked.length).toBeGreaterThan(0);
  const before = new Set(server.asked);
  const count = server.asked.length;
  await good("study", "--resume", "--out", "out", "--token-budget", "1000000");
  expect(server.asked.slice(count).filter((prompt) => before.has(prompt))).toEqual([]);
  const report = JSON.parse(await textOf("out/report.json")) as StudyReport;
  expect(report.config.aligned).toMatchObject({ tokenBudget: 1_000_000 });
});
