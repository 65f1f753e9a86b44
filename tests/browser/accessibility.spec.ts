/** Every view of the built site: axe finds nothing serious, nothing scrolls sideways, hands find everything. */
import { readFile } from "node:fs/promises";
import { type Page, devices, expect, test } from "@playwright/test";
import { readSession } from "../../src/core/annotation/session-file";
import { readBuiltIn } from "../../src/core/corpus/built-in";
import { digest } from "../annotation/tasks";
import { expectAccessible } from "./axe";
import { begin, choosePairs, counted, labelAll, makeTaskOf } from "./label-task";
import { expectReachable, sidewaysOverflow, smallControls } from "./reach";
import { drop, openAgreement, threeSessions } from "./sessions";
import { open, withoutWebGpu } from "./site";
import { startStudy } from "./start-study";

test.use(withoutWebGpu);
test.describe.configure({ timeout: 120_000 }); // what hangs should not wait as long as a study

const title = (page: Page, name: string) =>
  expect(page.getByRole("heading", { level: 1, name })).toBeVisible();

/** The three raters' labels, with everything worked out. */
async function openLabels(page: Page): Promise<void> {
  await openAgreement(page);
  await drop(page, await threeSessions());
  await expect(page.getByRole("heading", { name: /^Paired differences/ })).toBeVisible();
}

const decide = (page: Page) => page.getByRole("button", { name: /^Decide \d+ disagreements$/ });

test("the study's pages before the first run", async ({ page }) => {
  await open(page, "#/study");
  await expect(page.getByRole("region", { name: "What the example study found" })).toBeVisible();
  await expectAccessible(page, "first visit");
  await page.getByRole("button", { name: "SaGE", exact: true }).press("Enter");
  await expect(page.getByText("Semantic Graph Entropy")).toBeVisible();
  await expectAccessible(page, "a word explained");
  await open(page, "#/corpus");
  await expect(page.getByRole("list", { name: "Corpora" })).toBeVisible();
  await expectAccessible(page, "corpus");
  await page.getByRole("button", { name: /^Is it ever acceptable to lie\?/ }).click();
  await page.locator("summary:visible").first().click();
  await expectAccessible(page, "corpus with a question open");
  await open(page, "#/setup");
  await title(page, "Set-up");
  for (const details of await page.locator("summary:visible").all()) await details.click();
  await expectAccessible(page, "set-up, all of it open");
  await open(page, "#/runs");
  await title(page, "Runs");
  await expectAccessible(page, "no runs");
});

test("the example study, its map, its selection replayed, a question of it", async ({ page }) => {
  await open(page, "#/study/example");
  await expect(page.getByRole("region", { name: "Results" })).toBeVisible();
  await expectAccessible(page, "example study");
  await open(page, "#/map/example");
  await page.getByRole("listbox").focus();
  await page.keyboard.press("ArrowRight");
  await expectAccessible(page, "map");
  await open(page, "#/select/example?floor=0.3");
  await expect(page.getByText(/kept, \d+ in the run/)).toBeVisible();
  await expectAccessible(page, "selection replayed");
  await open(page, "#/question/example/1");
  await expect(page.getByRole("region", { name: "Pairs of answers" })).toBeVisible();
  await page.getByLabel("Mark the words").check();
  await expectAccessible(page, "question of the example");
});

test("the commands and the help, by keys", async ({ page }) => {
  await open(page, "#/corpus");
  await expect(page.getByRole("list", { name: "Corpora" })).toBeVisible();
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Command" });
  await expect(field).toBeFocused();
  await field.fill("map");
  await expect(page.getByRole("option", { name: /^Map of questions/ })).toBeVisible();
  await expectAccessible(page, "commands");
  await field.fill("help");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Help" })).toBeVisible();
  await page.getByLabel("Search the words").fill("rollout");
  await expect(page.getByText("An answer that the model gives while it is trained")).toBeVisible();
  await expectAccessible(page, "help and glossary");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Help" })).toBeVisible();
});

test("a finished run, its questions, and a task of its answers", async ({ page }) => {
  test.setTimeout(600_000);
  await startStudy(page);
  await expectAccessible(page, "study under way");
  await expect(page.getByRole("button", { name: "Stop" })).toBeHidden({ timeout: 560_000 });
  await expect(page.getByRole("region", { name: "Results" })).toBeVisible();
  await expectAccessible(page, "study that is done");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "report.html" }).click();
  const report = await readFile(await (await download).path(), "utf8");
  await page.locator('a[href^="#/question/"]').first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/\?$/);
  await expectAccessible(page, "question");
  await open(page, "#/runs");
  await expect(page.getByRole("button", { name: /^Delete/ })).toBeVisible();
  await expectAccessible(page, "runs");
  await page.getByLabel("Report to verify").setInputFiles({
    name: "report.html",
    mimeType: "text/html",
    buffer: Buffer.from(report.replace("<h2>What was found</h2>", "<h2>What was Found</h2>")),
  });
  await expect(page.getByText("report.html: 1 difference.")).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page, "runs with a report that was changed");
  await expectReachable(page, "runs with a report that was changed");
  await page.getByRole("link", { name: "Compare two models" }).click();
  const changes = page.getByRole("region", { name: "Largest changes first" });
  await changes.locator("summary").first().click();
  await expect(changes.getByRole("heading", { name: "Before" })).toBeVisible();
  await page.getByText("All models by all measures").click();
  await expectAccessible(page, "two models compared, and all of them");
  await expectReachable(page, "two models compared");
  await open(page, "#/compare/gone/gone");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "a comparison with a model that is gone");
  await open(page, "#/label");
  await expect(page.getByLabel("Whose answers")).toBeVisible();
  await expectAccessible(page, "task made of a run");

  await page.getByRole("radio", { name: "Two models’ answers" }).check();
  await page
    .getByLabel("One model", { exact: true })
    .selectOption({ label: "Baseline, held-out questions" });
  await page.getByLabel("The other").selectOption({ label: "Aligned, held-out questions" });
  await expectAccessible(page, "task made of two models");
  await page.getByLabel("Hidden repeats").fill("0");
  await page.getByRole("button", { name: /^Make the task of \d+ pairs$/ }).click();
  await expectBlind(page);

  await open(page, "#/runs");
  await page.getByRole("button", { name: /^Delete/ }).press("Enter");
  await expect(page.getByRole("button", { name: "Undo" })).toBeFocused();
});

const MODELS = /baseline|lora|ppo|aligned|model/i;

/** Labels the task of two models' answers: nothing tells which is whose, nor does its side. */
async function expectBlind(page: Page): Promise<void> {
  const total = Number.parseInt(await page.getByText(/^\d+ to label$/).innerText());
  await expect(page.locator("main")).not.toHaveText(MODELS);
  await page.getByLabel("Your name").fill("Ann");
  await page.keyboard.press("Enter");
  await counted(page, 0, total);
  await expect(page.locator("body")).not.toHaveText(MODELS);
  const text = await labelAll(page, total, () => "n");
  await expect(page.locator("body")).not.toHaveText(MODELS);
  expect(text).not.toMatch(MODELS);

  const recorded = new Set(
    readBuiltIn(
      "demo",
      await readFile("public/demo/demo_questions.json", "utf8"),
    ).questions.flatMap(({ recorded }) => (recorded ?? []).map(({ text }) => text)),
  );
  const { task } = await readSession(text, "session.json", digest);
  const alignedIsLeft = task.items.map(({ pairId, swapped }) => {
    const { answers } = task.pairs.find(({ id }) => id === pairId)!;
    return recorded.has(answers[swapped ? 1 : 0].text);
  });
  expect(new Set(alignedIsLeft)).toEqual(new Set([true, false]));
}

test("tasks: to make, in the list, and with its raters", async ({ page }) => {
  await open(page, "#/label");
  await expect(page.getByRole("form", { name: "New task" })).toBeVisible();
  await expectAccessible(page, "no task");
  await choosePairs(page, 4);
  await page
    .getByLabel("Guidelines")
    .fill("## Same\n\n- **Both** say yes: [more](https://example.org)");
  await page.getByText("A sample").click();
  await expectAccessible(page, "task made of a file");
  await expectReachable(page, "task made of a file");
  await page.reload();
  await begin(page, 4);
  await page.keyboard.press("y");
  await counted(page, 1, 4);
  await page.getByRole("link", { name: "Leave" }).click();
  await expect(page.getByRole("heading", { name: "Raters on this device" })).toBeVisible();
  await page.getByLabel("Your name").fill("ann");
  await expectAccessible(page, "task with its raters");
  await expectReachable(page, "task with its raters");
  await page.getByRole("link", { name: "All tasks" }).click();
  await title(page, "Label");
  await expect(page.getByRole("article")).toBeVisible();
  await expectAccessible(page, "tasks");
  await expectReachable(page, "tasks");
  await open(page, "#/label/nothing");
  await expect(page.getByText("This task is not on this device")).toBeVisible();
  await expectAccessible(page, "task that is not here");
  await open(page, "#/label/nothing/Ann");
  await expectAccessible(page, "labelling a task that is not here");
});

test("labelling, its dialogs, and its end", async ({ page }) => {
  await begin(page, 2);
  await page.keyboard.press("f");
  await page.keyboard.press("d");
  await expect(page.locator("mark").first()).toBeVisible();
  await expectAccessible(page, "labelling, differences marked");
  await expectReachable(page, "labelling, differences marked");
  await page.keyboard.press("c");
  await page.getByRole("textbox").fill("Not sure.");
  await expectAccessible(page, "comment");
  await expectReachable(page, "comment");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Help" })).toBeVisible();
  await expectAccessible(page, "help");
  await expectReachable(page, "help");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.keyboard.press("y");
  await counted(page, 1, 2);
  const second = await page.context().newPage();
  await second.goto(page.url());
  await expect(second.getByText("Another tab is labelling")).toBeVisible();
  await expectAccessible(second, "labelling in a second tab");
  await second.close();
  await page.keyboard.press("n");
  await expect(page.getByRole("heading", { name: "All 2 are labelled" })).toBeVisible();
  await expectAccessible(page, "all labelled");
  await expectReachable(page, "all labelled");
});

test("agreement, its pairs, and decisions", async ({ page }) => {
  await openAgreement(page);
  await expectAccessible(page, "agreement without files");
  await expectReachable(page, "agreement without files");
  await openLabels(page);
  await page.getByRole("checkbox", { name: "Cy is a model" }).check();
  await expect(page.getByText("Models against people’s majority")).toBeVisible();
  await drop(page, [{ name: "broken.json", text: "{}" }]);
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByRole("heading", { name: /^Paired differences/ })).toBeVisible();
  await expectReachable(page, "agreement");
  for (const formula of await page.locator("summary:visible").all()) await formula.click();
  await expectAccessible(page, "agreement, its formulas open");
  const costliest = page.getByRole("region", { name: "Pairs that cost most α" });
  await costliest.getByRole("button").first().click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectAccessible(page, "pair");
  await expectReachable(page, "pair");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await decide(page).click();
  await expect(page.getByRole("heading", { name: /^Pair 1 of/ })).toBeVisible();
  await page.keyboard.press("n");
  await expect(page.getByRole("heading", { name: /^Pair 2 of/ })).toBeVisible(); // it is stored
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("dialog").getByRole("status")).toContainText("adjudicated");
  await expectAccessible(page, "decided pair");
  await expectReachable(page, "decided pair");
});

test.describe("on a phone", () => {
  const { viewport, hasTouch, isMobile } = devices["Pixel 5"];
  test.use({ viewport: { ...viewport, width: 390 }, hasTouch, isMobile });

  test("every control of labelling and of its dialogs is 44 px or more", async ({ page }) => {
    const expectLarge = async (view: string) => {
      expect.soft(await smallControls(page, 44), view).toEqual([]);
      expect.soft(await sidewaysOverflow(page), view).toBe(0);
    };
    await makeTaskOf(page, 2);
    await title(page, "Labelling");
    await page.getByLabel("Your name").fill("Ann");
    await expectLarge("task");
    await page.keyboard.press("Enter");
    await counted(page, 0, 2);
    await page.getByRole("button", { name: "Differences" }).tap();
    await page.getByRole("button", { name: "Flag" }).tap();
    await expectLarge("labelling");
    for (const name of ["Comment", "Help"]) {
      await page.getByRole("button", { name }).tap();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectLarge(name);
      await page.getByRole("button", { name: "Close" }).tap();
    }
    await page.getByRole("button", { name: "Same" }).tap();
    await counted(page, 1, 2);
    await page.getByRole("button", { name: "Same" }).tap();
    await expect(page.getByRole("heading", { name: "All 2 are labelled" })).toBeVisible();
    await expectLarge("all labelled");
  });
});
