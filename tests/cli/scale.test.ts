/** Work in shards: what many machines make together is, byte for byte, what one makes. */
import { spawnSync } from "node:child_process";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parseCsv } from "../../src/core/format/csv";
import { tinyInference } from "../fixtures/tiny-inference";
import { buildSteadfast, folderOf, type Steadfast } from "./steadfast";

const SAID = [
  ["Yes, lying is right.", "No, lying is wrong.", "Lying is wrong."],
  ["Never.", "No.", "I cannot answer that."],
  ["Yes.", "The weather will be sunny.", "Yes."],
  ["Help them.", "", "Always help them."],
  ["It depends.", "It depends.", "It depends."],
];
const answers = (suffix: string) =>
  [
    "question_id,question,paraphrased,model_output",
    ...SAID.flatMap((texts, q) =>
      texts.map(
        (text, w) => `q${q},Question ${q}?,Wording ${w} of ${q}?,"${text && text + suffix}"`,
      ),
    ),
    "",
  ].join("\n");

/** The same wordings, with an answer each, or without. */
const asked = (answer: ((q: number, w: number) => string) | null) =>
  [
    `question_id,question,paraphrased${answer ? ",model_output" : ""}`,
    ...SAID.flatMap((texts, q) =>
      texts.map(
        (_, w) => `q${q},Question ${q}?,Wording ${w} of ${q}?${answer ? `,${answer(q, w)}` : ""}`,
      ),
    ),
    "",
  ].join("\n");

/** Every answer with a rule, but for the last one of all. */
const RULED = asked((q, w) => `Answer ${w} to ${q}.,Rule ${q} of ${w}.`)
  .replace("model_output", "model_output,rot")
  .replace(/,Rule [^\n]*\n$/, ",\n");

/** HellaSwag's layout: context, index of the right ending, four endings. */
const TASKS = ["A man sits on a roof. He", "A woman bakes bread. She", "A dog sees a cat. It"]
  .map((context, i) => `${context}\n${i}\nstarts to run.\nreads a book.\nlooks up.\nis asleep.\n`)
  .join("");

let steadfast: Steadfast;
let cwd: string;
beforeAll(async () => {
  steadfast = await buildSteadfast();
  cwd = await folderOf({
    "answers.csv": answers(""),
    "again.csv": answers(" Surely."),
    "other.csv": answers(" Indeed."),
    "asked.csv": asked(null),
    "given.csv": asked((q, w) => `Answer ${w} to ${q}.`),
    "ruled.csv": RULED,
    "tasks.txt": TASKS,
  });
  const folder = join(cwd, "nli");
  await mkdir(join(folder, "onnx"), { recursive: true });
  for (const [file, content] of tinyInference()) await writeFile(join(folder, file), content);
});
afterAll(async () => {
  await steadfast.remove();
  await rm(cwd, { recursive: true });
});
vi.setConfig({ testTimeout: 120_000 });

async function done(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await steadfast.run(argv, { cwd });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

const bytes = (file: string) => readFile(join(cwd, file));
const exists = (file: string) =>
  stat(join(cwd, file)).then(
    () => true,
    () => false,
  );

const SCORE = ["score", "answers.csv", "--again", "again.csv", "--nli", "nli"];

describe("score", () => {
  test("measures contradictions, asking again and flips, question by question and pair by pair", async () => {
    const json = await done(...SCORE, "--json", "--csv", "q.csv", "--pairs", "p.csv");
    const result = JSON.parse(json) as {
      readonly inference: { readonly name: string };
      readonly measures: Readonly<Record<string, { readonly mean: number; readonly n: number }>>;
    };
    expect(result.inference.name).toBe("nli");
    expect(result.measures).toMatchObject({
      contradictionRate: { n: 5 },
      resampledSimilarity: { n: 5 },
      refusalRate: { n: 5, mean: 1 / 15 },
    });
    const { rows } = parseCsv((await bytes("q.csv")).toString(), "q.csv", []);
    const flips = rows.map(({ values }) => values["flipRate"]);
    expect(flips).toEqual([String(2 / 3), "0", "0", "", ""]);
    const pairs = parseCsv((await bytes("p.csv")).toString(), "p.csv", []);
    expect(pairs.rows).toHaveLength(3 + 3 + 3 + 1 + 3);
    expect(pairs.rows[0]!.values).toMatchObject({ flip: "1", contradiction: "1" });
    expect(pairs.rows[2]!.values).toMatchObject({ flip: "0", contradiction: "0" });
  });

  test("merged shards are one run, byte for byte, whatever the order of the files", async () => {
    await done(...SCORE, "--out", "whole.json");
    for (const i of [1, 2, 3]) await done(...SCORE, "--shard", `${i}/3`, "--out", `s${i}.jsonl`);
    await done("merge", "s2.jsonl", "s3.jsonl", "s1.jsonl", "--out", "merged.json");
    expect(await bytes("merged.json")).toEqual(await bytes("whole.json"));
    expect((await bytes("s1.jsonl")).toString()).toContain('"shard":"1/3"');
  });

  test("a rule that is missing anywhere leaves the rules out of every shard", async () => {
    await done("score", "ruled.csv", "--out", "ruled.json");
    const parts = ["rules1.jsonl", "rules2.jsonl"];
    for (const [i, out] of parts.entries()) {
      await done("score", "ruled.csv", "--shard", `${i + 1}/2`, "--out", out);
    }
    await done("merge", ...parts, "--out", "ruled-merged.json");
    expect(await bytes("ruled-merged.json")).toEqual(await bytes("ruled.json"));
  });

  test("a missing, a doubled and a foreign shard are named, and nothing is written", async () => {
    const refused = async (...files: string[]) => {
      const run = await steadfast.run(["merge", ...files, "--out", "no.json"], { cwd });
      expect(run.code).toBe(2);
      expect(await exists("no.json")).toBe(false);
      return run.stderr;
    };
    expect(await refused("s1.jsonl", "s3.jsonl")).toContain("the shard 2/3 is missing");
    expect(await refused("s1.jsonl", "s2.jsonl", "s3.jsonl", "s1.jsonl")).toContain(
      "s1.jsonl: it is shard 1/3, and so is s1.jsonl",
    );
    await done("score", "other.csv", "--shard", "2/3", "--out", "foreign.jsonl");
    expect(await refused("s1.jsonl", "foreign.jsonl", "s3.jsonl")).toContain(
      "foreign.jsonl: it is of another job: the corpus (SHA-256) is",
    );
    await done("score", "answers.csv", "--shard", "2/3", "--out", "setting.jsonl");
    expect(await refused("s1.jsonl", "setting.jsonl", "s3.jsonl")).toContain(
      "setting.jsonl: it is of another job: the settings or models (SHA-256) is",
    );
    expect(await refused("answers.csv")).toContain("answers.csv: it does not begin as a shard");
  });

  test.each([
    [["--shard", "1/2"], "--shard writes a file: name it with --out FILE"],
    [["--shard", "3/2", "--out", "x"], 'a shard is i/n with i from 1 to n, such as 1/8, got "3/2"'],
    [["--shard", "1/2", "--out", "x", "--pairs", "y"], "--pairs is of all questions"],
    [["--nli", "nowhere"], "nowhere: name that of a cross-encoder"],
    [["--again", "tasks.txt"], "tasks.txt"],
    [["--cluster-threshold", "much"], '--cluster-threshold must be a number, got "much"'],
  ])("score %j is refused in a sentence", async (options, sentence) => {
    const { code, stderr } = await steadfast.run(["score", "answers.csv", ...options], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });
});

describe("tasks", () => {
  const ASK = ["tasks", "tasks.txt", "--model", "demo"];

  test("gives a model's accuracy with n and interval, and each question's", async () => {
    const result = JSON.parse(await done(...ASK, "--json")) as {
      readonly task: string;
      readonly measures: Readonly<Record<string, { readonly mean: number; readonly n: number }>>;
      readonly rows: readonly { readonly values: Readonly<Record<string, number>> }[];
    };
    expect(result).toMatchObject({ task: "hellaswag", questions: 3, adapter: null });
    const right = result.rows.map(({ values }) => values["accuracy"]!);
    expect(right.every((value) => value === 0 || value === 1)).toBe(true);
    expect(result.measures["accuracy"]).toMatchObject({
      n: 3,
      mean: right.reduce((a, b) => a + b) / 3,
    });
    expect(await done(...ASK)).toContain("HellaSwag, steadfast-mini, 3 questions\nAccuracy ");
  });

  test("merged shards are one run, byte for byte", async () => {
    await done(...ASK, "--out", "accuracy.json");
    for (const i of [1, 2]) await done(...ASK, "--shard", `${i}/2`, "--out", `t${i}.jsonl`);
    await done("merge", "t1.jsonl", "t2.jsonl", "--out", "accuracies.json");
    expect(await bytes("accuracies.json")).toEqual(await bytes("accuracy.json"));
  });

  test("a corpus that is no task, and a shard of another command, are refused by name", async () => {
    const corpus = await steadfast.run(["tasks", "answers.csv", "--model", "demo"], { cwd });
    expect(corpus).toMatchObject({ code: 2 });
    expect(corpus.stderr).toContain('answers.csv is read as "mcc", which is no task');
    const mixed = await steadfast.run(["merge", "t1.jsonl", "s1.jsonl", "--out", "no.json"], {
      cwd,
    });
    expect(mixed.stderr).toContain("s1.jsonl: it is of another job: the command is score");
  });
});

describe("answer", () => {
  const MODEL = ["--model", "demo", "--max-new-tokens", "8", "--samples", "2"];
  const ASK = ["answer", "--corpus", "asked.csv"];

  test("merged shards of a model's answers are one run, byte for byte, from separate caches", async () => {
    await done(...ASK, ...MODEL, "--out", "said.csv");
    for (const i of [1, 2, 3]) {
      await done(...ASK, ...MODEL, "--shard", `${i}/3`, "--out", `a${i}.jsonl`);
    }
    await done("merge", "a3.jsonl", "a1.jsonl", "a2.jsonl", "--out", "merged.csv");
    expect(await bytes("merged.csv")).toEqual(await bytes("said.csv"));
    const { rows } = parseCsv((await bytes("merged.csv")).toString(), "merged.csv", []);
    expect(rows).toHaveLength(5 * 3 * 2);
  });

  test("recorded answers too; a shard of another seed is foreign", async () => {
    const recorded = [...ASK, "--recorded", "given.csv"];
    await done(...recorded, "--out", "recorded.csv");
    for (const i of [1, 2]) await done(...recorded, "--shard", `${i}/2`, "--out", `r${i}.jsonl`);
    await done("merge", "r1.jsonl", "r2.jsonl", "--out", "recorded-merged.csv");
    expect(await bytes("recorded-merged.csv")).toEqual(await bytes("recorded.csv"));
    await done(...ASK, ...MODEL, "--seed", "2", "--shard", "2/3", "--out", "seed.jsonl");
    const merge = ["merge", "a1.jsonl", "seed.jsonl", "a3.jsonl", "--out", "no.csv"];
    const refused = await steadfast.run(merge, { cwd });
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("seed.jsonl: it is of another job: the settings or models");
    expect(await exists("no.csv")).toBe(false);
  });
});

const parallel = spawnSync("parallel", ["--version"], { encoding: "utf8" });
const hasParallel = parallel.stdout?.startsWith("GNU parallel") ?? false;

test.skipIf(!hasParallel)(
  "GNU parallel drives the shards, as docs/scale.md has it (skipped without Debian's package parallel)",
  async () => {
    const command = `${process.execPath} ${steadfast.entry} score answers.csv --shard {}/3 --out part-{}.jsonl`;
    const ran = spawnSync(
      "parallel",
      ["--jobs", "2", "--halt", "now,fail=1", command, ":::", "1", "2", "3"],
      {
        cwd,
        encoding: "utf8",
        env: { ...process.env, PARALLEL_HOME: cwd },
      },
    );
    expect({ status: ran.status, stderr: ran.stderr }).toMatchObject({ status: 0 });
    await done("merge", "part-1.jsonl", "part-2.jsonl", "part-3.jsonl", "--out", "parallel.json");
    await done("score", "answers.csv", "--out", "alone.json");
    expect(await bytes("parallel.json")).toEqual(await bytes("alone.json"));
  },
);

describe("the job files of deploy/", () => {
  const shell = (argv: readonly string[], env: Readonly<Record<string, string>>) => {
    const ran = spawnSync("sh", argv, {
      cwd,
      encoding: "utf8",
      env: { ...process.env, STEADFAST: steadfast.entry, ...env },
    });
    expect({ status: ran.status, stderr: ran.stderr }).toMatchObject({ status: 0 });
  };
  const headerOf = async (file: string) =>
    JSON.parse((await bytes(file)).toString().split("\n")[0]!) as { readonly shard: string };

  test("Slurm's array task makes its own shard", async () => {
    const script = resolve("deploy/slurm-score.sbatch");
    shell([script, "answers.csv"], { SLURM_ARRAY_TASK_ID: "2", SLURM_ARRAY_TASK_COUNT: "3" });
    expect((await headerOf("part-2.jsonl")).shard).toBe("2/3");
  });

  test("a pod of the Indexed Job makes the shard of its index, and the job has as many as it says", async () => {
    const job = await readFile("deploy/kubernetes-score.yaml", "utf8");
    const [, command] = /- \|\n([^]*?)\n {10}resources:/.exec(job)!;
    const [, completions] = /completions: (\d+)/.exec(job)!;
    const [, shards] = /name: SHARDS\n\s+value: "(\d+)"/.exec(job)!;
    expect(shards).toBe(completions);
    const env = { JOB_COMPLETION_INDEX: "6", SHARDS: shards!, DATA: cwd };
    shell(["-euc", command!], env);
    expect((await headerOf("part-7.jsonl")).shard).toBe("7/8");
  });
});

describe("relate", () => {
  const score = (mean: number) =>
    JSON.stringify({ mean, encoder: { name: "use-lite", revision: "r" } });
  const task = (mean: number, name = "truthfulqa") =>
    JSON.stringify({ task: name, measures: { mc1: { mean }, accuracyNormalised: { mean } } });
  const model = async (name: string, consistency: number, accuracy: number, of?: string) => {
    await writeFile(join(cwd, `${name}-s.json`), score(consistency));
    await writeFile(join(cwd, `${name}-t.json`), task(accuracy, of));
    return `${name}=${name}-s.json,${name}-t.json`;
  };

  test("gives r over four models, and says what is missing with three", async () => {
    const four = [
      await model("a", 0.1, 0.2),
      await model("b", 0.2, 0.4),
      await model("c", 0.3, 0.6),
      await model("d", 0.4, 0.8),
    ];
    const result = JSON.parse(await done("relate", ...four, "--json", "--out", "rel.json")) as {
      readonly r: number;
    };
    expect(result).toMatchObject({ n: 4, task: "truthfulqa", reason: null });
    expect(result.r).toBeCloseTo(1, 12);
    expect(JSON.parse((await bytes("rel.json")).toString())).toMatchObject({
      format: "steadfast-relation",
      models: [{ name: "a", accuracy: 0.2, consistency: 0.1 }, {}, {}, {}],
    });
    expect(await done("relate", ...four.slice(1))).toContain("no r: it needs 4 models");
  });

  test("figures of different tasks, and files that are neither, are refused by name", async () => {
    const words = [await model("a", 0.1, 0.2), await model("e", 0.2, 0.4, "hellaswag")];
    const mixed = await steadfast.run(["relate", ...words], { cwd });
    expect(mixed).toMatchObject({ code: 2 });
    expect(mixed.stderr).toContain("e has hellaswag");
    const none = await steadfast.run(["relate", "x=answers.csv,a-t.json"], { cwd });
    expect(none.code).toBe(2);
    const wrong = await steadfast.run(["relate", "x=a-t.json,a-t.json"], { cwd });
    expect(wrong.stderr).toContain("a-t.json is not what `score --out` writes");
  });
});
