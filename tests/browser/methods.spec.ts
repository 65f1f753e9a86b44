/** Methods compared on the page, from a file and from runs of this browser. */
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { strFromU8, unzipSync } from "fflate";
import { compareMethods, type QuestionFigures } from "../../src/core/compare/methods";
import { comparisonRecord } from "../../src/core/compare/record";
import type { StudyReport } from "../../src/core/format/report";
import { expectAccessible } from "./axe";
import { quickestStudy } from "./quickest-study";
import { open, watchRequests, withoutWebGpu } from "./site";

test.use(withoutWebGpu);
test.describe.configure({ timeout: 120_000 });

const model = (sage: number): QuestionFigures[] =>
  [0, 0.03, 0.05].map((more, id) => ({
    ...{ id, sage: sage + more, net: sage / 2, nearness: 0.7, distinct2: 0.98, words: 20 + id },
  }));
const cost = { seed: 1, betweenQuestions: 0.4, seconds: 90, peakBytes: 2 ** 29, sampled: 280 };
const record = comparisonRecord({
  ...{ corpus: "demo", encoder: { name: "use-lite", revision: "1" }, questions: 3 },
  confidence: 0.95,
  results: compareMethods(
    [
      { ...cost, method: "lora", baseline: model(0.5), lora: model(0.7), trained: null },
      { ...cost, method: "grpo", baseline: model(0.5), lora: model(0.7), trained: model(0.8) },
    ],
    { seed: 1, replicates: 200, confidence: 0.95 },
  ),
});

/** What the report of a project's first run says of PPO beside the baseline. */
function ppoOf(archive: Uint8Array) {
  const { report } = JSON.parse(strFromU8(unzipSync(archive)["runs/1/run.json"]!)) as {
    readonly report: StudyReport;
  };
  const { mean } = report.models.find(({ name }) => name === "ppo")!;
  const comparison = report.comparisons.find(({ name }) => name === "ppo")!;
  return { mean: mean!, difference: comparison.meanDifference, ...comparison };
}

const three = (figure: number) => figure.toFixed(3).replace("0.", "\\.");

test("a comparison from the command line opens; a run of this browser is compared with its report's figures", async ({
  page,
}) => {
  const foreign = watchRequests(page);
  await open(page, "#/methods");
  const file = page.getByLabel("Comparison to open");
  await file.setInputFiles({ name: "notes.json", mimeType: "application/json", buffer: Buffer.from("{}") }); // prettier-ignore
  await expect(page.getByRole("alert")).toContainText("notes.json: it is no comparison of methods");
  await file.setInputFiles({
    name: "comparison.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(record)),
  });
  await expect(page.getByText("Adds to LoRA beyond noise: grpo.")).toBeVisible();
  const gain = page.getByRole("region", { name: "Gain of each method" });
  await expect(gain.getByRole("row", { name: /^grpo/ })).toContainText("+.300");
  await expect(page.getByRole("img", { name: /^SaGE less that of LoRA alone: grpo \.100/ })).toBeVisible(); // prettier-ignore
  await expectAccessible(page, "a comparison of methods");

  await open(page, "#/storage");
  const example = readFileSync("public/example/study.zip");
  await page.getByLabel("Project archive").setInputFiles({ name: "study.zip", mimeType: "application/zip", buffer: example }); // prettier-ignore
  await page.getByRole("button", { name: /^Import \d of \d/ }).click();
  await expect(page.getByText(/^Imported/)).toBeVisible();
  await open(page, "#/methods");
  await page.getByRole("button", { name: "Choose all that compare" }).click();
  await page.getByRole("button", { name: "Compare 1 run" }).click();
  await expect(page.getByRole("region", { name: "Its runs" }).getByRole("link")).toHaveCount(1, { timeout: 60_000 }); // prettier-ignore
  const shown = gain.getByRole("row", { name: /^PPO/ });
  const { mean, difference, higher, equal, lower } = ppoOf(example);
  const figures = `${three(mean)}\\+${three(difference)} \\[.+\\]${higher} / ${equal} / ${lower}`;
  await expect(shown).toHaveText(new RegExp(`^PPO${figures}`)); // the report's own

  await page.getByRole("region", { name: "Its runs" }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: "Example study" })).toBeVisible();
  expect(foreign()).toEqual([]);
});

test("methods times seeds run one after another, are stopped and go on, and stand in one comparison", async ({
  page,
}) => {
  await open(page, "#/setup");
  await page.getByLabel("Settings file").setInputFiles({ name: "config.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(quickestStudy)) }); // prettier-ignore
  await open(page, "#/methods");
  const card = page.getByRole("region", { name: "Run methods here, one after another" });
  await expect(card.getByRole("button", { name: "Run 18 studies" })).toBeEnabled();
  for (const method of [/^PPO, one answer/, /^PPO, a question/, "RLOO", "DPO"]) {
    await card.getByRole("checkbox", { name: method }).uncheck();
  }
  await card.getByLabel("Seeds of each").fill("0");
  await expect(card.getByText("Seeds of each can be 1 to 20")).toBeVisible();
  await card.getByLabel("Seeds of each").fill("1");
  await expectAccessible(page, "methods to run");
  await card.getByRole("button", { name: "Run 2 studies" }).click();
  await expect(card.getByText("2 of 2 studies:")).toBeVisible({ timeout: 60_000 });
  await card.getByRole("button", { name: "Stop" }).click();
  await expect(card.getByText(/^You stopped .* 1 of 2 are done/)).toBeVisible();
  await card.getByRole("button", { name: /^Run 2 studies/ }).click();
  await expect(card.getByText("2 of 2 studies done; compare them above")).toBeVisible({ timeout: 60_000 }); // prettier-ignore
  await page.getByRole("button", { name: "Choose all that compare" }).click();
  await page.getByRole("button", { name: "Compare 2 runs" }).click();
  await expect(page.getByRole("region", { name: "Its runs" }).getByRole("link")).toHaveCount(2, { timeout: 60_000 }); // prettier-ignore
});
