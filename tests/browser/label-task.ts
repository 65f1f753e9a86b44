/** A task of n pairs on the built site, and a rater who has opened it. */
import { readFile } from "node:fs/promises";
import { type Page, expect } from "@playwright/test";
import { site } from "./site";

function csvOfPairs(n: number): string {
  const rows = Array.from({ length: n }, (_, i) => {
    const answers = `"Answer one to ${i}: it depends, always.","Answer two to ${i}: it depends, never."`;
    return `${i},"Is deed number ${i} right?",${answers}`;
  });
  return ["question_id,question,model_output_1,model_output_2", ...rows].join("\n");
}

/** Hands a CSV of n pairs to the tasks' page, which then shows what a task is made of. */
export async function choosePairs(page: Page, n: number, address = site): Promise<void> {
  await page.goto(`${address}#/label`);
  const another = page.getByRole("button", { name: "New task" });
  const source = page.getByRole("radio", { name: "A CSV of pairs" });
  await source.or(another).waitFor();
  if (await another.isVisible()) await another.click();
  await source.check();
  await page.getByLabel("File of pairs").setInputFiles({
    name: "pairs.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(csvOfPairs(n)),
  });
}

/** Makes a task of n pairs without repeats. */
export async function makeTaskOf(page: Page, n: number, address = site): Promise<void> {
  await choosePairs(page, n, address);
  await page.getByLabel("Hidden repeats").fill("0");
  await page
    .getByRole("button", { name: `Make the task of ${n.toLocaleString("en")} pairs` })
    .click();
}

/** Makes a task of n pairs, and opens it as a rater. */
export async function begin(page: Page, n: number, rater = "Ann"): Promise<void> {
  await makeTaskOf(page, n);
  await page.getByLabel("Your name").fill(rater);
  await page.keyboard.press("Enter");
  await counted(page, 0, n);
  await expect(page.getByRole("main")).toBeFocused();
}

/** How many pairs are labelled, as the top of the screen says. */
export const counted = (page: Page, done: number, total: number): Promise<void> =>
  expect(
    page.getByRole("banner").getByText(new RegExp(`^\\s*${done} of ${total}\\b`)),
  ).toBeVisible();

/** Labels all that is left of `total` by keys, and returns the text of the file that comes of it. */
export async function labelAll(
  page: Page,
  total: number,
  keyOf: (item: number) => "y" | "n" | "a",
): Promise<string> {
  for (let item = 0; item < total; item++) {
    await page.keyboard.press(keyOf(item));
    if (item + 1 < total) await counted(page, item + 1, total);
  }
  await expect(page.getByRole("heading", { name: `All ${total} are labelled` })).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export my labels" }).press("Enter");
  return readFile(await (await download).path(), "utf8");
}
