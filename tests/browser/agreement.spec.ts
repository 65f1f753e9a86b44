/** The agreement page on the built site: files dropped in any order, the published labels, adjudication by keyboard. */
import { existsSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { exportLabels } from "../../src/core/annotation/labels-csv";
import { type Rater, writeSession } from "../../src/core/annotation/session-file";
import { type Label, type LabelTask, makeTask } from "../../src/core/annotation/task";
import { digest, somePairs } from "../annotation/tasks";
import { open, watchRequests } from "./site";

interface DroppedFile {
  readonly name: string;
  readonly text: string;
}

const labelOf = (item: number, every: number): Label => (item % every === 0 ? "N" : "Y");

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

/** A drop on a page that is not there yet goes nowhere. */
const ready = (page: Page) =>
  expect(page.getByRole("heading", { name: "Nothing to compare yet" })).toBeVisible();

async function drop(page: Page, files: readonly DroppedFile[]): Promise<void> {
  const data = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, text } of files) transfer.items.add(new File([text], name));
    return transfer;
  }, files);
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
}

/** Everything the page says but what it has of files' order and times. */
async function figures(page: Page): Promise<string[]> {
  await expect(page.getByRole("heading", { name: "Paired differences" })).toBeVisible();
  const names = [
    "Krippendorff’s α",
    "Over time",
    "Raters",
    "Coefficients",
    "Metrics against people",
  ];
  return Promise.all(
    names.map((name) =>
      page
        .getByRole("heading", { name, exact: true })
        .locator("xpath=ancestor::section")
        .innerText(),
    ),
  );
}

async function threeSessions(): Promise<DroppedFile[]> {
  const pairs = await somePairs(8, 4);
  const task = await makeTask(pairs, { title: "Trial", seed: 5, repeatShare: 0.1 }, digest);
  return Promise.all([
    sessionOf(task, { name: "Ada", kind: "person" }, 3),
    sessionOf(task, { name: "Bo", kind: "person" }, 4),
    sessionOf(task, { name: "Cy", kind: "person" }, 6),
  ]);
}

test("three session files give α, the same in any order, and nothing leaves the origin", async ({
  page,
}) => {
  const foreign = watchRequests(page);
  const files = await threeSessions();
  await open(page, "#/agreement");
  await ready(page);
  await drop(page, files);
  await expect(page.getByTestId("alpha")).toHaveText(/^−?\.\d{3}$/);
  await expect(page.getByText("Trial · 48 pairs · 3 raters · nominal")).toBeVisible();
  const before = await figures(page);

  await page.getByRole("button", { name: "Put all files away" }).click();
  for (const file of files.toReversed()) await drop(page, [file]);
  await expect(page.getByText("3 raters · nominal")).toBeVisible();
  expect(await figures(page)).toEqual(before);

  const [first] = files;
  await drop(page, [{ name: "broken.json", text: first!.text.replace('"N"', '"Y"') }]);
  await expect(page.getByRole("alert")).toContainText("broken.json: the checksum does not fit");
  expect(foreign()).toEqual([]);
});

test("disagreements are decided by keyboard, survive a reload, and leave raters' labels as they are", async ({
  page,
}) => {
  const files = await threeSessions();
  await open(page, "#/agreement");
  await ready(page);
  await drop(page, files);
  const decide = page.getByRole("button", { name: /^Decide \d+ disagreements?$/ });
  const left = Number(/\d+/.exec(await decide.innerText())![0]);
  await decide.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("row")).toHaveCount(4);
  const rows = () => dialog.getByRole("row").allInnerTexts();
  const given = await rows();
  await page.keyboard.press("n");
  await expect(dialog.getByRole("heading", { name: `Pair 2 of ${left}` })).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await expect(dialog.getByRole("status")).toHaveText("adjudicated: N by adjudicator");
  expect((await rows()).slice(0, given.length)).toEqual(given);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(decide).toHaveText(`Decide ${left - 1} disagreements`);

  await page.reload();
  await ready(page);
  await drop(page, files);
  await expect(decide).toHaveText(`Decide ${left - 1} disagreements`);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Final labels as CSV" }).click();
  const stream = await (await download).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const csv = Buffer.concat(chunks).toString();
  expect(csv).toMatch(/^question_id,.*,ann1,ann2,ann3,final,provenance\r\n/);
  expect(csv.match(/,N,adjudicated\r\n/g)).toHaveLength(1);
});

test("a column of a table can be marked as a model, which then stands apart", async ({ page }) => {
  const pairs = await somePairs(5, 4);
  const raters = ["a", "b", "c"].map((name) => ({ name, kind: "person" as const }));
  const rows = pairs.map((pair, i) => ({
    pair,
    labels: [3, 4, 5].map((every) => labelOf(i, every)),
  }));
  await open(page, "#/agreement");
  await ready(page);
  await drop(page, [{ name: "labels.csv", text: exportLabels({ raters, rows }) }]);
  await page.getByRole("checkbox", { name: "ann3 is a model" }).check();
  await expect(page.getByText("2 raters and 1 model")).toBeVisible();
  await expect(page.getByText("Models against people’s majority")).toBeVisible();
  const names = page.getByRole("region", { name: "Rater by rater" }).getByRole("rowheader");
  await expect(names).toHaveText(["ann1 – ann2"]);
});

const mcc = "../shared/data/mcc/";
test("the published labels give the published figures, and the drift is said", async ({ page }) => {
  test.skip(!existsSync(mcc), "needs ../shared/data/mcc");
  await open(page, "#/agreement");
  await page
    .getByLabel("Session files and label tables")
    .setInputFiles([`${mcc}human-annotations.csv`, `${mcc}edges-0.8a-0.2r.csv`]);
  await expect(page.getByTestId("alpha")).toHaveText(".869");
  await expect(
    page.getByText("95 % [.839, .896] · 996 pairs with two labels or more"),
  ).toBeVisible();
  await expect(page.getByText("As a label of its own: .843")).toBeVisible();
  await expect(page.getByText("The first half agrees less (.770")).toContainText("(.944");
  const table = page.getByRole("region", { name: "Every metric and statistic" });
  const row = (name: string) => table.getByRole("row", { name: new RegExp(`^${name} `) });
  await expect(row("BLEU")).toContainText(".695", { timeout: 60_000 });
  await expect(row("ROUGE-L")).toContainText(".736");
  await expect(row("cosine_model_output")).toContainText(".771");
  await expect(row("SaGE of cosine_rot")).toContainText(".574");
});
