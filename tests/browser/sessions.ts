/** Three raters' files of one task, and how they come onto a page. */
import { type Browser, type Page, expect } from "@playwright/test";
import { type Rater, writeSession } from "../../src/core/annotation/session-file";
import { type Label, type LabelTask, makeTask } from "../../src/core/annotation/task";
import { digest, somePairs } from "../annotation/tasks";
import { counted, labelAll } from "./label-task";
import { open } from "./site";

export interface DroppedFile {
  readonly name: string;
  readonly text: string;
}

export const labelOf = (item: number, every: number): Label => (item % every === 0 ? "N" : "Y");

async function sessionOf(task: LabelTask, rater: Rater, every: number): Promise<DroppedFile> {
  const events = task.items.map((_, item) => ({
    kind: "label" as const,
    item,
    label: labelOf(item, every),
    at: 1_000 + item,
  }));
  const comment = {
    kind: "comment" as const,
    item: 0,
    text: `${rater.name} was unsure`,
    at: 9_000,
  };
  const session = { task, rater, events: [...events, comment] };
  return { name: `${rater.name}.json`, text: await writeSession(session, digest) };
}

export async function threeSessions(): Promise<DroppedFile[]> {
  const pairs = await somePairs(8, 4);
  const task = await makeTask(pairs, { title: "Trial", seed: 5, repeatShare: 0.1 }, digest);
  return Promise.all([
    sessionOf(task, { name: "Ada", kind: "person" }, 3),
    sessionOf(task, { name: "Bo", kind: "person" }, 4),
    sessionOf(task, { name: "Cy", kind: "person" }, 6),
  ]);
}

/** Someone who has only the address labels the pairs to try it with, by keyboard alone. */
export async function trialOf(browser: Browser, name: string, every: number): Promise<DroppedFile> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await open(page);
  await page.getByRole("link", { name: "Label", exact: true }).press("Enter");
  await page.getByRole("button", { name: "Try it: 20 pairs of the demo questions" }).press("Enter");
  await expect(page.getByText("20 to label")).toBeVisible();
  await page.getByLabel("Your name").press("Control+A");
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await counted(page, 0, 20);
  const text = await labelAll(page, 20, (item) => (item % every === 0 ? "n" : "y"));
  await context.close();
  return { name: `${name}.json`, text };
}

/** A drop on a page that is not there yet goes nowhere. */
export const hasOpened = (page: Page): Promise<void> =>
  expect(page.getByRole("heading", { name: "Nothing to compare yet" })).toBeVisible();

export async function openAgreement(page: Page): Promise<void> {
  await open(page, "#/agreement");
  await hasOpened(page);
}

/** Drops files anywhere on the page. */
export async function drop(page: Page, files: readonly DroppedFile[]): Promise<void> {
  const data = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, text } of files) transfer.items.add(new File([text], name));
    return transfer;
  }, files);
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
}
