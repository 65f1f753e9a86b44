/** `paraphrase` and `rots` as a user meets them: an API, the review that is changed and given back, a model on this machine. */
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { importMcc } from "../../src/core/corpus/mcc";
import { parseCsv } from "../../src/core/format/csv";
import { type MockServer, mockServer } from "../api/mock-server";
import { buildSteadfast, folderOf, type Run, type Steadfast } from "./steadfast";

const QUESTIONS = `id,question,topic
7,Is it wrong to lie to a friend?,honesty
8,May a hungry person steal bread?,property
`;
const ANSWERS = `question_id,question,paraphrased,model_output,seen
7,Lie?,Should I lie?,No. The truth is kinder in the end.,1
7,Lie?,May I lie?,"Yes, if it spares somebody pain.",2
7,Lie?,Lie or not?,,3
`;
const WORDINGS: Readonly<Record<string, string>> = {
  lie: "1. Is lying to a friend wrong?\n2. Is deceiving a friend a wrong thing to do?\n3. is it WRONG to lie to a friend\n4. How is the weather in Spain today?\n5. Is it wrong if I tell a friend a lie?",
  steal: '["Is it allowed for a hungry person to take bread that is not theirs?", "If someone is hungry, may they steal bread?"]', // prettier-ignore
};

function reply(prompt: string): string {
  if (prompt.includes("<answer>")) {
    const asks = prompt.slice(prompt.indexOf("<answer>"));
    return asks.includes("kinder")
      ? "Rule of thumb: You should tell your friends the truth."
      : "As an AI language model, I hold no views.";
  }
  const question = prompt.slice(prompt.indexOf("<question>"));
  return WORDINGS[question.includes("lie") ? "lie" : "steal"]!;
}

let steadfast: Steadfast;
let cwd: string;
let server: MockServer;
beforeAll(async () => (steadfast = await buildSteadfast()));
afterAll(() => steadfast.remove());
beforeEach(async () => {
  cwd = await folderOf({ "questions.csv": QUESTIONS, "answers.csv": ANSWERS });
  server = await mockServer({ reply });
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
const api = () => ["--api", server.baseUrl, "--api-model", "mock-1"];
const textOf = (file: string) => readFile(join(cwd, file), "utf8");
const rowsOf = async (file: string) =>
  parseCsv(await textOf(file), file, []).rows.map(({ values }) => values);

test("questions alone get wordings, the rejected ones stand in the review with their reason, and a changed review makes another corpus", async () => {
  const words = ["paraphrase", "questions.csv", ...api(), "--n", "2", "--tries", "1"];
  const estimate = await good(...words, "--out", "made.csv", "--estimate");
  expect(estimate.stdout).toMatch(/^2 requests: .*what is asked again comes on top\n$/);
  expect(server.asked).toEqual([]);
  const { stderr } = await good(...words, "--out", "made.csv");
  expect(stderr).toContain("7 wordings written, 3 rejected (encoder use-lite");
  expect(server.asked).toHaveLength(2);

  const { questions } = importMcc(await textOf("made.csv"), "made.csv");
  expect(questions.map(({ id, topic, paraphrases }) => [id, topic, paraphrases])).toEqual([
    [7, "honesty", ["Is lying to a friend wrong?", "Is deceiving a friend a wrong thing to do?"]],
    [8, "property", JSON.parse(WORDINGS["steal"]!)],
  ]);
  for (const { score } of await rowsOf("made.csv")) expect(Number(score)).toBeGreaterThan(0.6);
  const reasons = (await rowsOf("made.csv.review.csv")).map(({ keep, reason }) => [keep, reason]);
  expect(reasons.slice(2, 5)).toEqual([
    ["no", "It is no question: it does not end in a question mark."],
    ["no", expect.stringMatching(/^It is too far: its similarity to the question is 0\.\d\d/)],
    ["no", "It is not needed: there are 2 wordings before it."],
  ]);

  const review = (await textOf("made.csv.review.csv"))
    .replace("Is lying to a friend wrong?,yes", "Is lying to a good friend wrong?,yes")
    .replace("Is deceiving a friend a wrong thing to do?,yes", "Is deceiving a friend a wrong thing to do?,no"); // prettier-ignore
  await writeFile(join(cwd, "changed.csv"), review);
  const made = ["paraphrase", "questions.csv", "--reviewed", "changed.csv", "--out", "second.csv"];
  await good(...made);
  expect((await rowsOf("second.csv")).map(({ paraphrased }) => paraphrased)).toEqual([
    "Is lying to a good friend wrong?",
    ...(JSON.parse(WORDINGS["steal"]!) as string[]),
  ]);
  const [changed] = await rowsOf("second.csv");
  const [before] = await rowsOf("made.csv");
  expect(changed!["score"]).not.toBe(before!["score"]); // computed for the text that stands there
  expect(server.asked).toHaveLength(2);
});

test("a run that a budget stopped goes on without paying twice", async () => {
  const words = ["paraphrase", "questions.csv", ...api(), "--encoder", "none", "--n", "2", "--out", "made.csv"]; // prettier-ignore
  const stopped = await run(...words, "--token-budget", "1100", "--requests-at-once", "1");
  expect(stopped).toMatchObject({ code: 1 });
  expect(stopped.stderr).toContain("the same command goes on from there");
  expect(server.asked).toHaveLength(1);
  expect(existsSync(join(cwd, "made.csv"))).toBe(false);
  await good(...words);
  expect(server.asked).toHaveLength(2);
});

test("where every wording is rejected nothing is written, so that the same command can be given again with other filters", async () => {
  const words = ["paraphrase", "questions.csv", ...api(), "--encoder", "none", "--n", "1", "--tries", "1"]; // prettier-ignore
  const made = [...words, "--out", "made.csv"];
  const refused = await run(...made, "--min-distance", "1");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("no question has a wording: neither made.csv nor its review is written"); // prettier-ignore
  expect(refused.stderr).toContain("“Is lying to a friend wrong?”: It is");
  expect(["made.csv", "made.csv.review.csv"].map((file) => existsSync(join(cwd, file)))).toEqual([false, false]); // prettier-ignore
  const nowhere = [...words, "--out", "none/made.csv", "--review", "r.csv", "--cache", "made.csv.replies.jsonl"]; // prettier-ignore
  expect((await run(...nowhere)).stderr).toContain("none/made.csv");
  expect(existsSync(join(cwd, "r.csv"))).toBe(false);
  await good(...made);
  expect(server.asked).toHaveLength(2);
});

test("rules of thumb stand beside their answers; while one is missing SaGE scores answers alone, and with a reviewed one the mix, by name", async () => {
  const { stderr } = await good("rots", "answers.csv", ...api(), "--tries", "2", "--out", "ruled.csv"); // prettier-ignore
  expect(stderr).toContain("2 rules written, 1 rejected");
  expect(stderr).toContain(
    "answers without a rule: 1. SaGE scores answers alone until each has one",
  );
  expect(server.asked).toHaveLength(3); // the rejected one twice
  const rule = "You should tell your friends the truth.";
  expect((await rowsOf("ruled.csv")).map(({ rot, seen }) => [rot, seen])).toEqual([
    [rule, "1"],
    ["", "2"],
    ["", "3"], // an answer that says nothing has none
  ]);
  expect((await good("score", "ruled.csv")).stdout).toContain("compared: answers alone");

  const review = await textOf("ruled.csv.review.csv");
  expect(review).toContain("It is a refusal (speaks as a machine), and no rule.");
  const refusal = "As an AI language model, I hold no views";
  await writeFile(
    join(cwd, "changed.csv"),
    review.replace(/"As an AI [^"]*",no/, '"Kindness may outweigh the truth.",yes'),
  );
  expect(await textOf("changed.csv")).not.toContain(refusal);
  await good("rots", "answers.csv", "--reviewed", "changed.csv", "--out", "whole.csv");
  const scored = await good("score", "whole.csv", "--json");
  expect(JSON.parse(scored.stdout)).toMatchObject({ compared: { answers: 0.8, rules: 0.2 } });
  expect((await good("score", "whole.csv")).stdout).toContain(
    "compared: 0.8 answers + 0.2 rules of thumb",
  );
});

test("a model on this machine writes too, and what it wrote before is not computed again", async () => {
  const model = ["--model", "demo", "--max-new-tokens", "16", "--tries", "1"];
  await good("rots", "answers.csv", ...model, "--out", "a.csv");
  const [first] = await rowsOf("a.csv.review.csv");
  expect(first!["rot"]).not.toBe("");
  const kept = (await textOf("a.csv.replies.jsonl")).split("\n").filter((line) => line !== "");
  const planted = kept.map((line) =>
    JSON.stringify({ ...(JSON.parse(line) as object), text: "Planted rules hold." }),
  );
  await writeFile(join(cwd, "planted.jsonl"), planted.join("\n"));
  await good("rots", "answers.csv", ...model, "--out", "b.csv", "--cache", "planted.jsonl");
  expect((await rowsOf("b.csv")).map(({ rot }) => rot)).toEqual([
    ...["Planted rules hold.", "Planted rules hold."],
    "",
  ]);
});

test.each([
  [["paraphrase", "questions.csv"], "give one of --api URL, --model MODEL and --reviewed FILE"],
  [["paraphrase", "questions.csv", "--model", "demo", "--budget", "1"], "--budget means nothing with --model"], // prettier-ignore
  [["paraphrase", "questions.csv", "--model", "demo", "--n", "0"], "--n must be 1 or more"],
  [["paraphrase", "questions.csv", "--reviewed", "a.csv", "--review", "b.csv"], "--review means nothing with --reviewed"], // prettier-ignore
  [["paraphrase", "questions.csv", "--reviewed", "a.csv", "--n", "3"], "--n means nothing with --reviewed"], // prettier-ignore
  [["rots", "answers.csv", "--reviewed", "a.csv", "--tries", "3"], "--tries means nothing with --reviewed"], // prettier-ignore
  [["rots", "answers.csv", "--reviewed", "a.csv", "--backend", "cpu"], "--backend means nothing with --reviewed"], // prettier-ignore
  [["rots", "answers.csv", "--api", "http://h/v1", "--backend", "cpu"], "--backend means nothing with --api"], // prettier-ignore
  [["paraphrase", "questions.csv", "--reviewed", "answers.csv"], "the column is missing"],
  [["paraphrase", "questions.csv", "--model", "demo", "--review", "x.csv"], "--out and --review name one file"], // prettier-ignore
  [["paraphrase", "questions.csv", "--model", "demo", "--prompt", "Reword."], "has no {question}"],
  [["rots", "answers.csv", "--model", "demo", "--prompt", "{question}"], "has no {answer}"],
  [["rots", "questions.csv", "--model", "demo"], "the column is missing"],
])("%j is refused with a sentence, and writes nothing", async (words, said) => {
  const { code, stderr } = await run(...words, "--out", "x.csv");
  expect(stderr).toContain(said);
  expect(code).toBe(2);
  expect(existsSync(join(cwd, "x.csv"))).toBe(false);
});
