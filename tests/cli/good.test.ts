/** What each command prints and writes, with the real model and encoder. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { REPORTED_ROLES, type StudyReport } from "../../src/core/format/report";
import { importMcc } from "../../src/core/corpus/mcc";
import { SUMMARISED_NAMES } from "../../src/core/measures/registry";
import type { MeasureSummaries } from "../../src/core/measures/summarise";
import type { StudyEvent } from "../../src/core/study/events";
import { quickestStudy } from "../browser/quickest-study";
import reference from "../fixtures/demo-model/reference_outputs.json";
import { pythonWith, run as runPython } from "./python";
import { buildSteadfast, folderOf, type Steadfast } from "./steadfast";

const python = pythonWith("json");

const ANSWERS = `question_id,question,paraphrased,model_output
7,Is lying wrong?,Is it wrong to lie?,"Yes, lying is wrong."
7,Is lying wrong?,Should I lie?,"Yes, lying is wrong."
7,Is lying wrong?,May I lie?,"Yes, lying is wrong."
q8,May one steal?,Is stealing fine?,Never.
q8,May one steal?,Can I steal?,The weather will be sunny.
9,Alone?,Alone?,One answer has no pair.
`;
const TWO_ANSWERS = ANSWERS.split("\n").filter((line) => /^(question_id|q8),/.test(line));
/** Equal weights have evenness 1, so SaGE is the mean weight. */
const EDGES = "question_id,w\n1,0.5\n1,0.5\n1,0.5\nq2,0.8\n";
/** Ids may be written as text, as a spreadsheet's export has them. */
const quickest = {
  ...quickestStudy,
  questions: { ...quickestStudy.questions, alwaysEvaluate: ["1", 2] },
};
const steps = {
  ...quickestStudy,
  sft: { ...quickestStudy.sft, steps: 3 },
  checkpoints: { everySteps: 1 },
};
/** The study, with so many LoRA steps that it can be stopped in their middle. */
const endless = { ...quickestStudy, sft: { ...quickestStudy.sft, steps: 100_000 } };

let steadfast: Steadfast;
let cwd: string;
beforeAll(async () => {
  steadfast = await buildSteadfast();
  cwd = await folderOf({
    "answers.csv": ANSWERS,
    "blank-rot.csv": TWO_ANSWERS.map((line, i) => `${line},${i === 0 ? "rot" : "  "}\n`).join(""),
    "no-rot.csv": TWO_ANSWERS.join("\n"),
    "edges.csv": EDGES,
    "blank-row.csv": "question_id,question,paraphrased\n1,Q one?,A b?\n1,Q one?,\n",
    "ratings.csv": "a,b\nY,Y\nN,Y\nN,N\nNA,Y\n",
    "quickest.json": JSON.stringify(quickest),
    "steps.json": JSON.stringify(steps),
    "endless.json": JSON.stringify(endless),
  });
});
afterAll(async () => {
  await steadfast.remove();
  await rm(cwd, { recursive: true });
});

/** stdout of a run that must end well. */
async function output(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await steadfast.run(argv, { cwd });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

interface Score {
  readonly mean: number | null;
  readonly interval: readonly [number, number] | null;
  readonly n: number;
  readonly betweenQuestions: number | null;
  readonly encoder: { readonly name: string; readonly revision: string } | null;
  readonly clusterThreshold: number | null;
  readonly measures: MeasureSummaries;
  readonly questions: readonly {
    readonly id: number | string;
    readonly sage: number | null;
    readonly meanSimilarity: number | null;
    readonly evenness: number | null;
    readonly n: number;
    readonly bleu: number | null;
    readonly rougeL: number | null;
    readonly reason: string | null;
  }[];
}

const score = async (...argv: string[]) =>
  JSON.parse(await output("score", ...argv, "--json")) as Score;

describe("score", () => {
  const RESULT = [
    ...["mean", "interval", "n", "betweenQuestions", "compared", "encoder", "inference"],
    ...["clusterThreshold", "measures", "questions"],
  ];
  const QUESTION = [
    ...["id", "sage", "meanSimilarity", "evenness", "weakest", "n"],
    ...["bleu", "rougeL", "reason"],
  ];

  test("prints exactly the promised JSON for answers", async () => {
    const result = await score("answers.csv");
    expect(Object.keys(result)).toEqual(RESULT);
    for (const question of result.questions) {
      expect(Object.keys(question)).toEqual([...QUESTION, "measures"]);
    }
    expect(Object.keys(result.measures)).toEqual(SUMMARISED_NAMES);
    expect(result.clusterThreshold).toBe(0.86);
    const [same, apart, alone] = result.questions;
    expect(same).toMatchObject({ id: 7, n: 3, evenness: 1, rougeL: 1, reason: null });
    expect(same!.sage).toBeCloseTo(1, 6);
    expect(apart).toMatchObject({ id: "q8", n: 2, rougeL: 0 });
    expect(apart!.sage).toBe(apart!.meanSimilarity);
    expect(apart!.sage).toBeLessThan(0.6);
    const reason = expect.stringMatching(/answer/) as string;
    expect(alone).toMatchObject({ id: 9, sage: null, meanSimilarity: null, n: 1, reason });
    expect(result.n).toBe(2);
    expect(result.mean).toBeCloseTo((same!.sage! + apart!.sage!) / 2, 12);
    expect(result.encoder?.name).toBe("use-lite");
  });

  test("takes rules of thumb of nothing but blanks for none", async () => {
    const [blank, none] = await Promise.all(
      ["blank-rot.csv", "no-rot.csv"].map((file) => score(file)),
    );
    expect(blank).toEqual(none);
    expect(blank!.n).toBe(1);
  });

  test("takes ready similarities in the place of an encoder", async () => {
    const result = await score("edges.csv", "--weights", "w");
    expect(Object.keys(result)).toEqual(RESULT);
    expect(result).toMatchObject({ n: 2, betweenQuestions: null, encoder: null });
    expect(result.mean).toBeCloseTo(0.65, 12);
    const [first, second] = result.questions;
    expect(Object.keys(first!)).toEqual(QUESTION);
    expect(first).toMatchObject({ id: 1, n: 3, bleu: null, rougeL: null, reason: null });
    expect(first!.sage).toBeCloseTo(0.5, 12);
    expect(second).toMatchObject({ id: "q2", sage: 0.8, n: 2 });
  });

  test("prints a line a question, and a dash where there is no text to compare", async () => {
    const lines = (await output("score", "edges.csv", "--weights", "w")).split("\n");
    expect(lines[0]).toMatch(/question +SaGE +similarity +evenness +BLEU +ROUGE-L +answers/);
    expect(lines[1]).toMatch(/^ +1 +0\.5000 +0\.5000 +1\.0000 +– +– +3$/);
    expect(lines).toContainEqual(expect.stringMatching(/^mean SaGE 0\.6500 \[.*\].* 2 questions$/));
  });
});

describe("generate", () => {
  const { prompt, greedy24, greedy24_text: text } = reference.cases[0]!;
  const words = ["generate", "--model", "demo", "--prompt", prompt, "--json"];
  const sampled = [...words, "--temperature", "1", "--max-new-tokens", "8"];

  test("prints PyTorch's greedy continuation, text and token ids", async () => {
    const result: unknown = JSON.parse(await output(...words, "--max-new-tokens", "24"));
    expect(result).toEqual({ text, ids: greedy24 });
  });

  test("says the same for a seed, and something else for another", async () => {
    const bySeed = (seed: string) => output(...sampled, "--seed", seed);
    const [once, again, other] = await Promise.all(["5", "5", "6"].map(bySeed));
    expect(again).toBe(once);
    expect(other).not.toBe(once);
  });
});

describe("import", () => {
  const KEYS = ["format", "questions", "paraphrases", "answers", "pairs", "rejected"];

  test("prints the promised JSON, its keys first, and writes nothing", async () => {
    const before = await readdir(cwd);
    const result = JSON.parse(await output("import", "answers.csv", "--json")) as object;
    expect(Object.keys(result).slice(0, KEYS.length)).toEqual(KEYS);
    expect(result).toMatchObject({ format: "mcc", questions: 3, paraphrases: 6, answers: 6 });
    expect(result).toMatchObject({ pairs: 0, rejected: [] });
    expect(await readdir(cwd)).toEqual(before);
  });

  test("names bad rows, and leaves them out of what it writes only when asked to", async () => {
    const { rejected } = JSON.parse(await output("import", "blank-row.csv", "--json")) as {
      rejected: object[];
    };
    expect(rejected).toEqual([
      { row: 3, column: "paraphrased", reason: expect.stringContaining("empty") as string },
    ]);
    const words = ["import", "blank-row.csv", "--out", "sound.json"];
    const { code, stderr } = await steadfast.run(words, { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/row 3, column "paraphrased".*--skip-bad/);
    expect(await readdir(cwd)).not.toContain("sound.json");
    await output(...words, "--skip-bad");
    const again = JSON.parse(await output("import", "sound.json", "--json")) as object;
    expect(again).toMatchObject({ format: "list", questions: 1, paraphrases: 1, rejected: [] });
  });
});

test("agree prints Krippendorff's α as JSON", async () => {
  const printed = await output("agree", "ratings.csv", "--raters", "a,b", "--json");
  const result = JSON.parse(printed) as { alpha: number };
  expect(result).toMatchObject({ level: "nominal", pairableUnits: 3, raters: ["a", "b"] });
  expect(result.alpha).toBeCloseTo(4 / 9, 12);
});

test("sweep puts the same questions at each temperature, and at 0 the seed changes nothing", async () => {
  const words = ["sweep", "--model", "demo", "--limit", "2", "--temperatures", "0,1"];
  const sweep = async (seed: string) =>
    JSON.parse(await output(...words, "--max-new-tokens", "6", "--seed", seed, "--json")) as {
      readonly temperature: number;
      readonly mean: number;
      readonly n: number;
    }[];
  const [one, other] = [await sweep("1"), await sweep("2")];
  expect(one.map(({ temperature, n }) => [temperature, n])).toEqual([[0, 2], [1, 2]]); // prettier-ignore
  expect(one[0]!.mean).toBe(other[0]!.mean);
  expect(one[1]!.mean).not.toBe(other[1]!.mean);
});

describe("study", () => {
  let report: StudyReport;
  let printed: string;
  beforeAll(async () => {
    printed = await output("study", "quickest.json", "--out", "quickest");
    report = JSON.parse(await readFile(join(cwd, "quickest/report.json"), "utf8")) as StudyReport;
  });

  test("writes report, config, adapter and answers, and prints the report's table", async () => {
    const files = await readdir(join(cwd, "quickest"));
    const reports = ["report.html", "report.json", "report.md"];
    const promised = ["adapters", "answers", "config.json", ...reports];
    expect(files).toEqual(expect.arrayContaining(promised));
    // The best model's adapter; the pretrained model has none.
    expect(files.includes("adapter")).toBe(report.best.name !== "baseline");
    const config: unknown = JSON.parse(await readFile(join(cwd, "quickest/config.json"), "utf8"));
    expect(config).toEqual(report.config);
    expect(await readFile(join(cwd, "quickest/report.md"), "utf8")).toContain(printed.trim());
  });

  test("log.jsonl holds what the model said to the pinned questions before, in and after its training", async () => {
    const log = await readFile(join(cwd, "quickest/log.jsonl"), "utf8");
    const events = log.trim().split("\n").map((line) => JSON.parse(line) as StudyEvent); // prettier-ignore
    const moments = events.filter((event) => event.kind === "pinned");
    expect(moments.map(({ phase, step }) => `${phase} ${step}`)).toEqual(["lora 0", "lora 1", "ppo 1"]); // prettier-ignore
    for (const { answers } of moments) {
      expect(answers.map(({ questionId }) => questionId)).toEqual([1, 2]); // all that are held out
      for (const { text } of answers) expect(text).not.toBe("");
    }
  });

  test("verify finds no difference in report.html, and computes the similarities again", async () => {
    const checks = JSON.parse(await output("verify", "quickest/report.html", "--json")) as {
      readonly differences: readonly string[];
      readonly skipped: string | null;
    }[];
    expect(checks.length).toBeGreaterThan(3);
    for (const { differences, skipped } of checks)
      expect([differences, skipped]).toEqual([[], null]);
  });

  test("verify refuses report.html with a figure altered, and a file that is no report", async () => {
    const page = await readFile(join(cwd, "quickest/report.html"), "utf8");
    const altered = page.replace(
      /"mean":0\.(\d)/,
      (_, digit: string) => `"mean":0.${(Number(digit) + 1) % 10}`,
    );
    expect(altered).not.toBe(page);
    await writeFile(join(cwd, "altered.html"), altered);
    const differs = await steadfast.run(["verify", "altered.html"], { cwd });
    expect(differs.code).toBe(1);
    expect(differs.stderr).toContain("altered.html differs from its data");
    const noReport = await steadfast.run(["verify", "quickest/report.md"], { cwd });
    expect(noReport.code).toBe(2);
  });

  test("report.json has the promised keys", () => {
    expect(report).toMatchObject({ seed: 1, encoder: { name: "use-lite" } });
    expect(report.config).toMatchObject({ preset: "recommended", sampling: { maxNewTokens: 4 } });
    expect(report.models.map(({ name }) => name)).toEqual(REPORTED_ROLES);
    for (const model of report.models) {
      expect(Object.keys(model)).toEqual([
        ...["name", "mean", "interval", "n", "betweenQuestions", "measures"],
      ]);
    }
    for (const { id, split, sage } of report.questions) {
      expect([typeof id, Object.keys(sage)]).toEqual(["number", REPORTED_ROLES]);
      expect(split).toMatch(/^(evaluation|train)$/);
    }
    expect(report.selection).toHaveLength(2);
    for (const line of report.selection) {
      const keys = ["id", "threshold", "aligned", "target", "decision"];
      expect(Object.keys(line)).toEqual(expect.arrayContaining(keys));
    }
    expect(report.cycles).toHaveLength(1);
  });

  test.concurrent.each(REPORTED_ROLES)(
    "score gives the report's numbers for %s again",
    async (role) => {
      const cycle = role === "lora" || role === "ppo" ? "-cycle-1" : "";
      const result = await score(join("quickest/answers", `evaluation-${role}${cycle}.csv`));
      const held = report.questions.filter(({ split }) => split === "evaluation");
      expect(result.questions.map(({ id, sage }) => [id, sage])).toEqual(
        held.map(({ id, sage }) => [id, sage[role]]),
      );
      const { mean, interval, n, betweenQuestions, measures } = result;
      expect({ name: role, mean, interval, n, betweenQuestions, measures }).toEqual(
        report.models.find(({ name }) => name === role),
      );
    },
  );

  test("generate speaks with the adapter that it wrote", async () => {
    const words = ["generate", "--model", "demo", "--prompt", "Question:", "--max-new-tokens", "4"];
    const text = await output(...words, "--adapter", join("quickest", "adapters", "lora-cycle-1"));
    expect(text.trim()).not.toBe("");
  });

  test("hand-off writes a folder with the hash of each file, and refuses to write into it again", async () => {
    await output("hand-off", "quickest", "--out", "off");
    const manifest = JSON.parse(await readFile(join(cwd, "off/manifest.json"), "utf8")) as {
      readonly rows: Readonly<Record<string, number>>;
      readonly files: readonly { readonly path: string; readonly sha256: string }[];
    };
    for (const { path, sha256 } of manifest.files) {
      const bytes = await readFile(join(cwd, "off", path));
      expect([path, createHash("sha256").update(bytes).digest("hex")]).toEqual([path, sha256]);
    }
    expect(manifest.rows).toMatchObject({ answers: 10, evaluation: 10, grpo: 190 });
    const again = await steadfast.run(["hand-off", "quickest", "--out", "off"], { cwd });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("off is not empty")]);
    const nothing = await steadfast.run(["hand-off", "off", "--out", "other"], { cwd });
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("no finished study")]); // prettier-ignore
    const words = ["generate", "--model", "demo", "--prompt", "Question:", "--max-new-tokens", "4"];
    expect(await output(...words, "--adapter", join("off", "adapter"))).not.toBe("");
  });

  test.skipIf(python === null)("its scripts are Python (skipped without python3)", () => {
    const compile = "import glob; [compile(open(f).read(), f, 'exec') for f in glob.glob('*.py')]";
    expect(runPython(python!, ["-c", compile], join(cwd, "off"))).toEqual({ code: 0, output: "" });
  });

  test.skipIf(python === null)(
    "the study's encoder is asked for in its revision (skipped without python3)",
    async () => {
      // The library is not to be had everywhere: what stands in for it says how it was called.
      const standIn = "class SentenceTransformer:\n  def __init__(self, name, *, revision): print(name, revision)\n"; // prettier-ignore
      await mkdir(join(cwd, "library"));
      await writeFile(join(cwd, "library/sentence_transformers.py"), standIn);
      const asked = (spec: string) => {
        const code = `import sys; sys.path += ["../library"]; from reward import load_encoder; load_encoder("${spec}")`;
        return runPython(python!, ["-c", code], join(cwd, "off")).output.trim();
      };
      expect(asked("owner/name@0a1b2c")).toBe("owner/name 0a1b2c");
      expect(asked("owner/name")).toBe("owner/name None");
    },
  );

  test.skipIf(python === null)(
    "its check computes our numbers again, and finds one that was altered",
    async () => {
      const withTorch = pythonWith("torch"); // losses and advantages are skipped without it
      const check = () => runPython(withTorch ?? python!, ["check.py"], join(cwd, "off"));
      const cases = withTorch === null ? 15 : 69;
      const sound = check();
      expect(sound).toMatchObject({ code: 0 });
      expect(sound.output).toContain(`${cases} of ${cases} within`);
      const path = join(cwd, "off/expected.json");
      const text = await readFile(path, "utf8");
      await writeFile(path, text.replace(/("f1": 0\.\d)(\d)/, (_, a: string, b: string) => `${a}${(Number(b) + 1) % 10}`)); // prettier-ignore
      const altered = check();
      expect(altered).toMatchObject({ code: 1 });
      expect(altered.output).toContain("DIFFERS ROUGE-L");
    },
  );

  const trl = pythonWith("trl");
  test.skipIf(trl === null).each(["dpo", "grpo"])(
    "TRL goes on by %s from the hand-off, and the adapter comes back (skipped without TRL)",
    async (method) => {
      const base = join(cwd, "base");
      if (!existsSync(base)) await output("export", "--model", "demo", "--out", "base");
      const encoder =
        "def encode(texts): return [[len(t), t.count('a'), t.count('e') + 1] for t in texts]";
      await writeFile(join(cwd, "encoder.py"), encoder);
      const words = [`train_${method}.py`, "--model", base, "--out", join(cwd, method), "--max-steps", "2"]; // prettier-ignore
      const trained = runPython(trl!, [...words, "--encoder", `${join(cwd, "encoder.py")}:encode`], join(cwd, "off")); // prettier-ignore
      expect(trained).toMatchObject({ code: 0 });
      const say = (adapter: string) =>
        output("generate", "--model", "demo", "--prompt", "Question:", "--temperature", "0", "--adapter", adapter); // prettier-ignore
      expect(await say(join(method, "adapter"))).not.toBe("");
      const weights = "adapter/adapter_model.safetensors";
      const [before, after] = [await readFile(join(cwd, "off", weights)), await readFile(join(cwd, method, weights))]; // prettier-ignore
      expect(before.equals(after)).toBe(false);
    },
    300_000,
  );

  test("a question's id may be written as text in a config", () => {
    const held = report.questions.filter(({ split }) => split === "evaluation");
    expect(held.map(({ id }) => id)).toEqual([1, 2]);
  });

  test("Ctrl-C in the middle of LoRA pauses it, keeps the answers so far and says how to go on", async () => {
    const log = join(cwd, "stopped/log.jsonl");
    const controller = new AbortController();
    const running = steadfast.run(["study", "endless.json", "--out", "stopped"], {
      cwd,
      interrupt: controller.signal,
    });
    const hasSteps = async () => (await readFile(log, "utf8")).includes('"sft-step"');
    await vi.waitFor(async () => expect(await hasSteps()).toBe(true), { timeout: 50_000 });
    controller.abort();
    const { code, stdout, stderr } = await running;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /LoRA [1-9]\d* of 100000.*\nto go on: [^\n]*study --resume --out stopped\nsteadfast study: paused after step [1-9]\d* of LoRA in cycle 1\n$/,
    );
    const answers = join(cwd, "stopped/answers");
    expect((await readdir(answers)).sort()).toEqual([
      ...["evaluation-aligned.csv", "evaluation-baseline.csv"],
      ...["train-aligned-cycle-1.csv", "train-target-cycle-1.csv"],
    ]);
    const csv = await readFile(join(answers, "train-target-cycle-1.csv"), "utf8");
    expect(importMcc(csv, "train", null, "keep").questions).toHaveLength(2);
    expect(await readdir(join(cwd, "stopped"))).not.toContain("report.json");
  });

  test("a study whose memory runs out in the middle says what it can need and what to lower, and goes on where there is more", async () => {
    // Pages of 64 KiB: room for a step or two of LoRA, and not for the next.
    const out = ["--out", "tight"];
    const node = ["--wasm-max-mem-pages=950"];
    const whole = { cwd, limit: 300_000 }; // of a study, on a machine that does other things too
    const argv = ["study", "steps.json", ...out];
    const { code, stderr } = await steadfast.run(argv, { ...whole, node });
    expect(code).toBe(1);
    expect(stderr).toMatch(/\nto go on: [^\n]*study --resume --out tight\n/);
    expect(stderr).toMatch(
      /\nsteadfast study: WebAssembly ran out of memory: [^\n]* can go on from its last checkpoint[^\n]* a lower sft\.microBatch \(now 2\)[^\n]*\n$/,
    );
    expect(await readdir(join(cwd, "tight/checkpoints"))).not.toEqual([]);
    const resumed = await steadfast.run(["study", "--resume", ...out], whole);
    expect(resumed).toMatchObject({ code: 0 });
    expect(await readdir(join(cwd, "tight"))).toContain("report.json");
  }, 600_000);
});
