/** Measures that an evaluation leaves out, on the compare page: the example's questions asked again, and contradictions. */
import { expect, test } from "@playwright/test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { tinyInference } from "../fixtures/tiny-inference";
import { expectAccessible } from "./axe";
import { open, watchRequests, withoutWebGpu } from "./site";

test.use(withoutWebGpu);

test("the wording effect stands beside the floor of asking again, and contradictions come from a model of one's own", async ({
  page,
}, info) => {
  test.setTimeout(240_000);
  const folder = info.outputPath("tiny-nli");
  for (const [name, content] of tinyInference()) {
    mkdirSync(dirname(`${folder}/${name}`), { recursive: true });
    // Whole answers are to be read, not their first words.
    const long = typeof content === "string" && content.replace('"model_max_length":6', '"model_max_length":200'); // prettier-ignore
    writeFileSync(`${folder}/${name}`, long || content);
  }
  const foreign = watchRequests(page);
  await open(page, "#/compare/example~baseline~0/example~aligned~0");
  const card = page.getByRole("region", { name: "Asked again, and contradictions" });
  const contradictions = (model: RegExp) => card.getByRole("button", { name: model });
  await expect(contradictions(/^Count contradictions of .*baseline/i)).toBeDisabled();
  await card.getByLabel("Folder of a model of inference").setInputFiles(folder);
  await expect(card).toContainText("tiny-nli: 4 files");

  await contradictions(/^Count contradictions of .*aligned/i).click();
  const row = (name: RegExp) => card.getByRole("row", { name });
  await expect(row(/aligned/i)).toContainText(/\.\d\d \[.*n = 12/, { timeout: 60_000 });
  await expect(row(/aligned/i)).not.toContainText(".00 [");
  await expect(card).toContainText("by tiny-nli, sha256:");
  await expect(card.getByRole("button", { name: /^Ask .*aligned.* again/i })).toHaveCount(0);

  await card.getByRole("button", { name: /^Ask .*baseline.* again/i }).click();
  await expect(card.getByRole("status")).toContainText(/Asking, \d+ of 60/, { timeout: 60_000 });
  await expect(row(/baseline/i)).toContainText("n = 12", { timeout: 150_000 });
  const cells = (
    await row(/baseline/i)
      .getByRole("cell")
      .allInnerTexts()
  ).map(parseFloat);
  const [between, again, effect] = cells as [number, number, number];
  expect(effect).toBeCloseTo(again - between, 2);
  await expectAccessible(page, "compare with what was measured again");

  await open(page, "#/question/example/1"); // the same page, which keeps what was measured
  const measures = page.getByRole("region", { name: "Measures" });
  await expect(measures.getByRole("row", { name: /^Due to wording/ })).toContainText(/\.\d\d/);
  expect(foreign()).toEqual([]);
});
