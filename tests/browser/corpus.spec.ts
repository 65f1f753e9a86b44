/** Bringing questions in: what they hold is shown first, and what is bad is left out only on the user's word. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Page, expect, test } from "@playwright/test";
import { readFileSync, writeFileSync } from "node:fs";
import { manyQuestions } from "../import/many-questions";
import { expectAccessible } from "./axe";
import { expectReachable } from "./reach";
import { open } from "./site";

test.describe.configure({ timeout: 120_000 });

const header = "question_id,question,paraphrased,model_output\n";
const rows = Array.from(
  { length: 5 },
  (_, i) => `7,May one lie?,"Wording ${i}, of lying?",No. Answer ${i}.\n`,
).join("");

/** Drops a file on the page, as a hand with a mouse would. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: "text/csv" }));
      return transfer;
    },
    [name, text] as const,
  );
  await page.getByRole("heading", { name: "Corpus", exact: true, level: 1 }).waitFor(); // it takes drops
  const target = page.getByRole("main");
  await target.dispatchEvent("dragover", { dataTransfer: transfer });
  await target.dispatchEvent("drop", { dataTransfer: transfer });
}

const corpora = (page: Page) => page.getByRole("list", { name: "Corpora" });
const panel = (page: Page) => page.getByRole("region", { name: "Import", exact: true });
const accept = (page: Page, name: string | RegExp) =>
  panel(page).getByRole("button", { name }).click();

test("a dropped CSV becomes a corpus that is there after a reload", async ({ page }) => {
  await open(page, "#/corpus");
  await drop(page, "small.csv", header + rows);
  await expect(panel(page)).toContainText("5 wordings");
  await expect(page.getByRole("region", { name: "The first rows" })).toContainText("Answer 4");
  await expectAccessible(page, "preview of an import");
  await expectReachable(page, "preview of an import");
  await accept(page, "Import 1 question");
  const small = corpora(page).getByRole("link", { name: /^small/ });
  await expect(small).toContainText("1 question × 5 wordings");
  await page.reload();
  await expect(small).toBeVisible();
  await drop(page, "again.csv", header + rows);
  await expect(panel(page)).toContainText("The same questions are here already, as “small”");
});

test("bad rows are named with file, row and column, and left out only when that is said", async ({
  page,
}) => {
  await open(page, "#/corpus");
  await drop(page, "broken.csv", `${header}${rows}7,May one lie?,,No.\n8,Q,P,No.,x\n`);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText('broken.csv, row 7, column "paraphrased": the cell is empty');
  await expect(alert).toContainText('row 8, column "model_output": the row has 5 cells');
  await panel(page).getByRole("button", { name: "Import nothing" }).click();
  await page.reload();
  await expect(corpora(page).getByRole("listitem")).toHaveCount(2);

  await drop(page, "broken.csv", `${header}${rows}7,May one lie?,,No.\n8,Q,P,No.,x\n`);
  await accept(page, "Import 1 question without the 2 bad rows");
  await expect(corpora(page).getByRole("link", { name: /^broken/ })).toContainText("× 5 wordings");
});

test("a file that is no corpus is refused whole", async ({ page }) => {
  await open(page, "#/corpus");
  await drop(page, "cut.json", '[{"question": "Q"');
  await expect(page.getByRole("alert")).toContainText("cut.json: this is not JSON");
  await panel(page).getByRole("button", { name: "Dismiss" }).click();
  await expect(panel(page)).toBeHidden();
});

test("columns of other names get their meaning by hand", async ({ page }) => {
  await open(page, "#/corpus");
  await drop(page, "fremd.csv", "frage,fassung\nLügen?,Darf man lügen?\nLügen?,Ist Lügen gut?\n");
  await expect(page.getByRole("alert")).toContainText("no column tells which question");
  await page.getByLabel("What frage is").selectOption("Question");
  await page.getByLabel("What fassung is").selectOption("Wording");
  await accept(page, "Import 1 question");
  await expect(page.getByRole("heading", { name: "fremd", exact: true })).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export as it came" }).click();
  const text = readFileSync(await (await download).path(), "utf8");
  expect(text).toBe("frage,fassung\r\nLügen?,Darf man lügen?\r\nLügen?,Ist Lügen gut?\r\n");
});

test("Parquet is read, its package loaded then", async ({ page }) => {
  await open(page, "#/corpus");
  await page.getByLabel("Corpus files").setInputFiles("tests/fixtures/import/questions.parquet");
  await accept(page, "Import 2 questions");
  await page.getByRole("button", { name: /^May one steal\?/ }).click();
  await expect(page.getByText("No, never.")).toBeVisible();
});

test("moral foundations of one file filter the questions of another", async ({ page }) => {
  await open(page, "#/corpus");
  await drop(page, "q.csv", `${header}${rows}9,May one steal?,Is theft right?,No.\n`);
  await accept(page, "Import 2 questions");
  await expect(page.getByRole("heading", { name: "q", exact: true })).toBeVisible();
  const foundations = "question_id,care,fairness,liberty,loyalty,authority,sanctity\n";
  await drop(page, "f.csv", `${foundations}7,1,0,0,0,0,0\n9,0,1,0,0,0,0\n11,0,0,0,0,0,1\n`);
  await panel(page).getByRole("button", { name: "Add to q: 2 of 2 questions" }).click();
  await page.getByLabel("Moral foundation").selectOption("fairness");
  await expect(page.getByText("1 of 2 questions")).toBeVisible();
  await expect(page.getByRole("region", { name: "Questions" })).toContainText("May one steal?");
  await expect(page.getByRole("region", { name: "Questions" })).not.toContainText("May one lie?");
});

test.describe("from an address", () => {
  let server: Server;
  let address: string;
  test.beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url?.startsWith("/open")) response.setHeader("Access-Control-Allow-Origin", "*");
      if (request.url?.endsWith("gone.csv")) response.statusCode = 404;
      response.end(header + rows);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  test.afterAll(() => void server.close());

  async function ask(page: Page, path: string): Promise<void> {
    await open(page, "#/corpus");
    await page.getByRole("button", { name: "From an address" }).click();
    await page.getByLabel("Address of a file").fill(address + path);
    await page.keyboard.press("Enter");
  }

  test("a file is read where its host allows it", async ({ page }) => {
    await ask(page, "/open/web.csv");
    await accept(page, "Import 1 question");
    await expect(corpora(page).getByRole("link", { name: /^web/ })).toBeVisible();
  });

  test("a host that refuses is named, with what to do", async ({ page }) => {
    await ask(page, "/closed/web.csv");
    await expect(page.getByRole("alert")).toContainText("CORS");
    await expect(page.getByRole("alert")).toContainText("Download the file and drop it here");
    await ask(page, "/open/gone.csv");
    await expect(page.getByRole("alert")).toContainText("the host answered 404");
  });
});

/** The longest time between two frames until it is asked, in ms. */
async function watchFrames(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const watch = { longest: 0, last: performance.now() };
    const tick = (now: number) => {
      watch.longest = Math.max(watch.longest, now - watch.last);
      watch.last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    Object.assign(window, { frames: watch });
  });
  return () =>
    page.evaluate(() => (window as unknown as { frames: { longest: number } }).frames.longest);
}

test("8,000 questions × 5 are imported and scrolled while the page draws on", async ({ page }) => {
  await open(page, "#/corpus");
  await expect(corpora(page)).toBeVisible();
  // On the disk: what Playwright hands over itself is copied in the page.
  const file = test.info().outputPath("many.csv");
  writeFileSync(file, manyQuestions(8_000));
  const longest = await watchFrames(page);
  const started = Date.now();
  await page.getByLabel("Corpus files").setInputFiles(file);
  await accept(page, /^Import 8,000 questions$/);
  await expect(page.getByRole("heading", { name: "many", exact: true })).toBeVisible();
  const [seconds, gap] = [(Date.now() - started) / 1000, await longest()];
  console.log(
    `8,000 × 5 imported in ${seconds.toFixed(1)} s, longest frame gap ${gap.toFixed(0)} ms`,
  );

  const list = page.getByRole("region", { name: "Questions" });
  const scrolled = await watchFrames(page);
  await list.hover();
  for (let i = 0; i < 30; i++) await page.mouse.wheel(0, 9_000);
  await expect(list).toContainText(/thing number [1-9]\d{3} /);
  await page.getByLabel("Search questions").fill("thing 7123?");
  await expect(page.getByText("1 of 8,000 questions")).toBeVisible();
  console.log(`scrolled and searched, longest frame gap ${(await scrolled()).toFixed(0)} ms`);
  expect(gap).toBeLessThan(500);
  expect(await list.getByRole("listitem").count()).toBe(1);
});
