/** As a new user would go: the example, a study of one's own, compared and reported, offline, then labelled. */
import { readFile } from "node:fs/promises";
import { type Page, expect, test } from "@playwright/test";
import { begin, counted, labelAll } from "./label-task";
import { sidewaysOverflow } from "./reach";
import { open, withoutWebGpu } from "./site";
import { startStudy } from "./start-study";
import { VIEWS } from "./views";

test.use({ ...withoutWebGpu, serviceWorkers: "allow", viewport: { width: 1440, height: 900 } });

/** Every view at both widths in both themes: it is there, and nothing scrolls sideways. */
async function lookAround(page: Page): Promise<void> {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [address, name] of VIEWS) {
        await open(page, address);
        await expect(page.getByRole("heading", { level: 1 }).first()).toHaveText(name);
        await expect(page.getByRole("alert")).toHaveCount(0);
        const place = `${address}, ${width} px, ${colorScheme}, px to scroll`;
        expect.soft(await sidewaysOverflow(page), place).toBe(0);
      }
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** One rater labels the ten pairs of the task that is open. */
async function labelTen(page: Page, name: string, every: number): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.keyboard.press("Enter");
  await counted(page, 0, 10);
  await labelAll(page, 10, (item) => (item % every === 0 ? "n" : "y"));
}

test("from the example to an α of one's own", async ({ page, context }) => {
  test.setTimeout(900_000);
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));

  await test.step("the first view shows an example study; it opens", async () => {
    await open(page);
    await page.getByRole("link", { name: "Open the example study" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "recorded" })).toBeVisible();
  });

  await test.step("a study of one's own runs to its end", async () => {
    await startStudy(page);
    await expect(page.getByRole("button", { name: "Stop" })).toBeHidden({ timeout: 800_000 });
    await expect(page.getByRole("region", { name: "Results" })).toBeVisible();
  });

  await test.step("its curves and settings stand in the list of runs, tagged", async () => {
    await open(page, "#/runs");
    await expect(page.getByRole("img", { name: /^LoRA loss of 1 run/ })).toBeVisible();
    await page.getByText("Tag, note, baseline").click();
    await page.getByLabel("Tag").fill("first");
    await page.getByRole("button", { name: "Pin as baseline" }).click();
    const heading = page.getByRole("heading", { level: 2 }).filter({ hasText: "first" });
    await expect(heading).toContainText("baseline"); // shown once it is stored
    await page.reload();
    await expect(heading).toContainText("baseline");
  });

  await test.step("two models are compared, one of them the example's", async () => {
    await open(page, "#/compare");
    await page.getByLabel("Before").selectOption({ label: "Baseline (12 questions)" });
    await expect(page.getByText(/n = 2, p/)).toBeVisible();
  });

  await test.step("the report is one file", async () => {
    await open(page, "#/study");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "report.html" }).click();
    expect(await readFile(await (await download).path(), "utf8")).toContain("What was found");
  });

  await test.step("all of it is there without a network", async () => {
    await open(page, "#/storage");
    await expect(page.getByText("opens without a network on this device")).toBeVisible({
      timeout: 60_000,
    });
    await context.setOffline(true);
    await page.reload();
    await open(page, "#/study");
    await expect(page.getByRole("region", { name: "Results" })).toBeVisible();
    await open(page, "#/map/example");
    await expect(page.getByText("12 questions; mean SaGE")).toBeVisible();
  });

  await test.step("two people label ten pairs, and α says how far they agree", async () => {
    await begin(page, 10);
    await labelAll(page, 10, (item) => (item % 3 === 0 ? "n" : "y"));
    await open(page, "#/label");
    await page.getByRole("article").getByRole("link").first().click();
    await labelTen(page, "Bo", 4);
    await open(page, "#/agreement");
    await page.getByLabel("Task", { exact: true }).selectOption({ label: "Labelling (2 raters)" });
    const alpha = page.getByRole("region", { name: /^Krippendorff/ });
    await expect(alpha).toContainText(/\.\d{3}/);
  });

  await context.setOffline(false);
  await lookAround(page);
  expect(errors).toEqual([]);
});
