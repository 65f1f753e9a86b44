/** What a user gets wrong is refused in one line that says where and what to do, before anything is written. */
import { mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quickestStudy } from "../browser/quickest-study";
import { buildSteadfast, folderOf, type Steadfast } from "./steadfast";

interface Refusal {
  /** What is wrong. */
  readonly what: string;
  readonly argv: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** What the message names: file, row, column, field, option, value found. */
  readonly names: readonly string[];
  readonly remedy: RegExp;
}

let steadfast: Steadfast;
const folders: string[] = [];
beforeAll(async () => {
  steadfast = await buildSteadfast();
});
afterAll(async () => {
  await steadfast.remove();
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function newFolder(files: Refusal["files"] = {}): Promise<string> {
  const folder = await folderOf(files);
  folders.push(folder);
  return folder;
}

const STUDY = ["study", "config.json", "--out", "out"] as const;
const demoModel = resolve("public/demo/model");

/** A study of the least work, so that a bad setting that isn't refused costs the test little. */
const config = (changes: object) => ({
  "config.json": JSON.stringify({ ...quickestStudy, ...changes }),
});

const csv = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
const HEADER = "question_id,question,paraphrased,model_output";

/** Runs it where `files` lie and checks what every refusal has. @returns its message. */
async function refusal(argv: readonly string[], cwd: string): Promise<string> {
  const before = await listing(cwd);
  const { code, stdout, stderr } = await steadfast.run(argv, { cwd });
  expect(stderr).toMatch(/^steadfast[^\n]*: [^\n]+\n$/); // one line, so no stack trace, and no work before it
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(await listing(cwd)).toEqual(before);
  return stderr;
}

const listing = async (folder: string) => (await readdir(folder, { recursive: true })).sort();

function expectNamed(message: string, { names, remedy }: Pick<Refusal, "names" | "remedy">): void {
  for (const name of names) expect(message).toContain(name);
  expect(message).toMatch(remedy);
}

const words: readonly Refusal[] = [
  {
    what: "an option that there isn't",
    argv: ["study", "demo", "--out", "out", "--qiuck"],
    names: ["--qiuck"],
    remedy: /--help/,
  },
  {
    what: "a study with nowhere to go",
    argv: ["study", "demo"],
    names: ["--out"],
    remedy: /--help/,
  },
  {
    what: "a seed on the command line beyond what a number holds exactly",
    argv: ["study", "demo", "--quick", "--out", "out", "--seed", "99999999999999999999"],
    names: ["--seed", "99999999999999999999"],
    remedy: /whole number|at most|up to/,
  },
  {
    what: "a config that isn't there",
    argv: STUDY,
    names: ["config.json"],
    remedy: /no such file|there is no file/,
  },
  {
    what: "a file where the study's folder should be",
    argv: ["study", "demo", "--quick", "--out", "taken"],
    files: { taken: "" },
    names: ["taken"],
    remedy: /another|folder/,
  },
  {
    what: "a model without its tokenizer",
    argv: ["generate", "--model", "model", "--prompt", "Lying is"],
    names: ["model", "tokenizer.json"],
    remedy: /needs|Name a folder|Add|Download/i,
  },
  {
    what: "a prompt longer than the model reads",
    argv: ["generate", "--model", "demo", "--prompt", "lie ".repeat(300)],
    names: ["prompt", "256"],
    remedy: /shorten/i,
  },
  {
    what: "an empty place to write to",
    argv: ["study", "demo", "--quick", "--out", ""],
    names: ["--out", "empty"],
    remedy: /--help/,
  },
  {
    what: "an empty prompt",
    argv: ["generate", "--model", "demo", "--prompt", ""],
    names: ["--prompt", "empty"],
    remedy: /--help/,
  },
  {
    what: "a prompt without a place for the question",
    argv: ["answer", "--model", "demo", "--corpus", "demo", "--prompt", "Hm?", "--out", "a.csv"],
    names: ["{question}"],
    remedy: /add it where the question goes/,
  },
  {
    what: "a negative seed as a word of its own",
    argv: ["study", "demo", "--quick", "--out", "out", "--seed", "-1"],
    names: ["--seed"],
    remedy: /--help/,
  },
  {
    what: "a table written over the answers it is made of",
    argv: ["score", "a.csv", "--csv", "./a.csv"],
    files: { "a.csv": csv(HEADER, "1,Q?,Q?,Yes.") },
    names: ["--csv", "a.csv"],
    remedy: /another file/,
  },
  {
    what: "two results in one file",
    argv: ["score", "a.csv", "--out", "b", "--csv", "b"],
    files: { "a.csv": csv(HEADER, "1,Q?,Q?,Yes.") },
    names: ["--csv b"],
    remedy: /another file/,
  },
  {
    what: "a result merged over a shard",
    argv: ["merge", "one.json", "two.json", "--out", "one.json"],
    files: { "one.json": "", "two.json": "" },
    names: ["--out", "one.json"],
    remedy: /another file/,
  },
  {
    what: "a folder that is not there, before any work",
    argv: ["score", "a.csv", "--out", "nowhere/a.json"],
    files: { "a.csv": csv(HEADER, "1,Q?,Q?,Yes.") },
    names: ["nowhere"],
    remedy: /make it first/,
  },
  {
    what: "a comparison in a file",
    argv: ["compare", "demo-methods", "--quick", "--out", "taken"],
    files: { taken: "" },
    names: ["taken"],
    remedy: /name a folder/,
  },
  {
    what: "a temperature below 0",
    argv: ["sweep", "--model", "demo", "--temperatures=-0.5,1"],
    names: ["temperature", "-0.5"],
    remedy: /must be 0 or more/,
  },
];

const settings: readonly Refusal[] = [
  {
    what: "no JSON",
    argv: STUDY,
    files: { "config.json": '{"preset": "recommended"' },
    names: ["config.json", "not JSON"],
    remedy: /Check that the file is complete/,
  },
  {
    what: "a field that there isn't",
    argv: STUDY,
    files: config({ sedd: 1 }),
    names: ["config.json", '"sedd"'],
    remedy: /shows every field|Remove/i,
  },
  {
    what: "no preset",
    argv: STUDY,
    files: { "config.json": "{}" },
    names: ["config.json", '"preset"'],
    remedy: /recommended|shows every field/,
  },
  {
    what: "a negative learning rate",
    argv: STUDY,
    files: config({ ppo: { learningRate: -1 } }),
    names: ["config.json", '"ppo.learningRate"', "-1"],
    remedy: />0|above 0|more than 0/,
  },
  {
    what: "a seed beyond what a number holds exactly",
    argv: STUDY,
    files: { "config.json": '{"preset": "recommended", "seed": 99999999999999999999}' },
    names: ["config.json", '"seed"', "100000000000000000000"],
    remedy: /shows every field|at most|up to/,
  },
  {
    what: "held-out questions that the corpus hasn't",
    argv: STUDY,
    files: config({ questions: { evaluation: 2, alwaysEvaluate: [9999] } }),
    names: ["9999", "questions.alwaysEvaluate"],
    remedy: /[Rr]emove|[Ll]eave|[Nn]ame|[Tt]ake/,
  },
  {
    what: "more held-out questions than there are",
    argv: STUDY,
    files: config({ questions: { evaluation: 5000 } }),
    names: ["questions.evaluation", "5000", "40"],
    remedy: /[Ll]ower|at most|hold out fewer|from \d+ to/,
  },
  {
    what: "no question left to train on",
    argv: STUDY,
    files: config({ questions: { evaluation: 40 } }),
    names: ["questions.evaluation", "40"],
    remedy: /[Ll]ower|at most|hold out fewer|from \d+ to/,
  },
  {
    what: "maps that the model hasn't",
    argv: STUDY,
    files: config({ adapter: { targetModules: ["q_proj"] } }),
    names: ["adapter.targetModules", '"q_proj"'],
    remedy: /use .*c_attn/i,
  },
  {
    what: "an instruction without the question",
    argv: STUDY,
    files: config({
      aligned: { kind: "chat", baseUrl: "http://127.0.0.1:9/v1", model: "m", instruction: "Hello" },
    }),
    names: ["config.json", '"aligned.instruction"'],
    remedy: /\{question\}/,
  },
  {
    what: "a corpus named like what every object has",
    argv: STUDY,
    files: config({ corpus: "constructor" }),
    names: ["constructor"],
    remedy: /no such file|there is no/,
  },
];

const tables: readonly Refusal[] = [
  {
    what: "a corpus without the aligned model's recorded answers",
    argv: STUDY,
    files: {
      ...config({ corpus: "mine.csv", questions: { evaluation: 1 } }),
      "mine.csv": csv("question_id,question,paraphrased", "1,Q?,a?", "1,Q?,b?", "2,R?,c?"),
    },
    names: ["mine", "recorded answers"],
    remedy: /model_output/,
  },
  {
    what: "a missing column",
    argv: STUDY,
    files: {
      ...config({ corpus: "mine.csv" }),
      "mine.csv": csv("question_id,question,model_output", "1,Q?,Yes."),
    },
    names: ["mine.csv", "row 1", '"paraphrased"'],
    remedy: /Name the column so/,
  },
  {
    what: "a row with a cell too many",
    argv: STUDY,
    files: {
      ...config({ corpus: "mine.csv" }),
      "mine.csv": csv(HEADER, "1,Q?,a?,Yes.", "1,Q?,b?,No, never."),
    },
    names: ["mine.csv", "row 3", '"model_output"', "5 cells"],
    remedy: /Put "…" round text with commas/,
  },
  {
    what: "answers that are all empty",
    argv: ["score", "mine.csv"],
    files: { "mine.csv": csv(HEADER, "1,Q?,a?,", "1,Q?,b?,") },
    names: ["mine.csv", "model_output"],
    remedy: /Add|Fill/,
  },
  {
    what: "similarities that aren't numbers",
    argv: ["score", "mine.csv", "--weights", "w"],
    files: { "mine.csv": csv("question_id,w", "1,0.5", '2,"0,7"') },
    names: ["mine.csv", "row 3", '"w"', '"0,7"'],
    remedy: /Write it like 0\.71/,
  },
  {
    what: "ratings off the scale",
    argv: ["agree", "mine.csv", "--raters", "a,b", "--level", "interval"],
    files: { "mine.csv": csv("a,b", "1,2", "x,3") },
    names: ["mine.csv", "row 3", '"a"', '"x"'],
    remedy: /Write it like 3/,
  },
];

describe.each([
  ["words", words],
  ["settings", settings],
  ["tables", tables],
])("of the %s", (_part, refusals) => {
  test.concurrent.each(refusals.map((refusal) => [refusal.what, refusal] as const))(
    "%s: refused",
    async (_, expected) => {
      const folder = await newFolder(expected.files);
      if (expected.argv.includes("model")) await modelWithoutTokenizer(folder);
      expectNamed(await refusal(expected.argv, folder), expected);
    },
  );
});

async function modelWithoutTokenizer(folder: string): Promise<void> {
  await mkdir(join(folder, "model"));
  for (const file of ["config.json", "model.safetensors"]) {
    await symlink(join(demoModel, file), join(folder, "model", file));
  }
}

test("a word that is no command is answered with the commands there are", async () => {
  const { code, stdout, stderr } = await steadfast.run(["studdy"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^steadfast: there is no command "studdy"\./);
  for (const command of ["study", "score", "generate", "agree"]) {
    expect(stderr).toMatch(new RegExp(`^ +${command} `, "m"));
  }
});

test("a folder that holds a study is left as it is without --force", async () => {
  const folder = await newFolder({ "out/report.json": "{}\n", "out/config.json": "{}\n" });
  const message = await refusal(["study", "demo", "--quick", "--out", "out"], folder);
  expectNamed(message, { names: ["out"], remedy: /another folder.*--force/ });
  expect(await readFile(join(folder, "out/report.json"), "utf8")).toBe("{}\n");
});
