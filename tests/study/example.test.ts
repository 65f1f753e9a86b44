/** The example study that comes with the page: whole, of today's format and settings, and its report true to its data. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { answerSetName } from "../../src/core/answers/answer";
import { readBuiltIn } from "../../src/core/corpus/built-in";
import { openProject } from "../../src/core/format/project/project";
import type { RunItem } from "../../src/core/format/project/items-schema";
import { gatherReport } from "../../src/core/format/report-page/gather";
import { reportPage } from "../../src/core/format/report-page/page";
import { verifyReportPage } from "../../src/core/format/report-page/verify";
import {
  bestSentence,
  comparisonSentence,
  controlSentence,
  table,
} from "../../src/core/format/report-markdown";
import { canonicalJson } from "../../src/core/annotation/canonical-json";
import { demoStudy, resolveConfig } from "../../src/core/study/presets";
import { byteDigest, sourceOf } from "../project/archive";

const folder = "public/example";
let bytes: Uint8Array;
let run: RunItem;
beforeAll(async () => {
  bytes = new Uint8Array(await readFile(`${folder}/study.zip`));
  const archive = await openProject(sourceOf(bytes, "study.zip"), byteDigest);
  const item = await archive.read(archive.items[0]!);
  if (item.kind !== "run") throw new Error("the example holds no run");
  run = item.content;
});

test("it is the file that its hash was written of, and small", async () => {
  const [hash] = (await readFile(`${folder}/study.zip.sha256`, "utf8")).split(" ");
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
  expect(bytes.length).toBeLessThan(250_000);
});

test("it holds one finished run of the demo study with the settings of today", async () => {
  const { record, report, answers } = run;
  const config = resolveConfig(record.config); // settings that came since have their defaults
  expect(canonicalJson(config)).toBe(canonicalJson(resolveConfig(demoStudy)));
  expect(record).toMatchObject({ id: "example", status: "done", corpusId: "demo" });
  expect(report?.models.map(({ name }) => name)).toEqual(["baseline", "lora", "ppo", "aligned"]);
  expect(answers.map(answerSetName).sort()).toHaveLength(6);
});

test("its report, made from its data, verifies with 0 differences, and with one where a figure is changed", async () => {
  const { report, answers, events } = run;
  const told = events.flatMap((batch) => batch.events);
  const corpus = readBuiltIn("demo", await readFile("public/demo/demo_questions.json", "utf8"));
  const content = await gatherReport({
    steadfast: "test",
    report: report!,
    corpus,
    scoresOf: (set) =>
      told.flatMap((event) =>
        event.kind === "scores" && answerSetName(event.set) === answerSetName(set)
          ? [event.scores]
          : [],
      )[0] ?? null,
    answersOf: async (set) =>
      answers.find((other) => answerSetName(other) === answerSetName(set))?.answers ?? null,
    sftSteps: told.flatMap((event) =>
      event.kind === "sft-step" ? [{ cycle: event.cycle, ...event.step }] : [],
    ),
    ppoSteps: told.filter((event) => event.kind === "ppo-step"),
  });
  const check = async (page: string) => {
    const options = { digest: byteDigest, encoder: null, steadfast: "test", signal: new AbortController().signal }; // prettier-ignore
    const checks = await verifyReportPage(page, "example.html", options);
    return checks.flatMap(({ differences }) => differences);
  };
  const page = await reportPage(content, byteDigest);
  expect(await check(page)).toEqual([]);
  expect(await check(page.replace("<h2>What was found</h2>", "<h2>What was Found</h2>"))).not.toEqual([]); // prettier-ignore
});

test("the README shows its figures, each as the report has it", async () => {
  const report = run.report!;
  const squeezed = (text: string) => text.replaceAll(/ +/g, " ").split("\n");
  const readme = squeezed(await readFile("README.md", "utf8"));
  const figures = [
    ...squeezed(table(report)).filter((line) => /\d/.test(line)),
    ...report.comparisons.map((one) => comparisonSentence(one)),
    controlSentence(report.models),
    bestSentence(report),
  ];
  expect(figures.length).toBeGreaterThan(15);
  expect(figures.filter((line) => !readme.includes(line))).toEqual([]);
});
