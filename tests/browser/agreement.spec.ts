/** The agreement page on the built site: files dropped in any order, the published labels, adjudication by keyboard. */
import { existsSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { exportLabels } from "../../src/core/annotation/labels-csv";
import { chatServer } from "../annotation/chat-server";
import { somePairs } from "../annotation/tasks";
import { drop, hasOpened, labelOf, openAgreement, threeSessions, trialOf } from "./sessions";
import { open, watchRequests } from "./site";

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

test("three session files give α, the same in any order, and nothing leaves the origin", async ({
  page,
}) => {
  const foreign = watchRequests(page);
  const files = await threeSessions();
  await openAgreement(page);
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

test("three people who have only the address label 20 pairs each, and a fourth reads α", async ({
  browser,
  page,
}) => {
  const files = [
    await trialOf(browser, "Ada", 3),
    await trialOf(browser, "Bo", 4),
    await trialOf(browser, "Cy", 6),
  ];
  await openAgreement(page);
  await drop(page, files);
  await expect(page.getByTestId("alpha")).toHaveText(/^−?\.\d{3}$/);
  await expect(
    page.getByText("Trial: the demo questions · 20 pairs · 3 raters · nominal"),
  ).toBeVisible();
});

test("disagreements are decided by keyboard, survive a reload, and leave raters' labels as they are", async ({
  page,
}) => {
  const files = await threeSessions();
  await openAgreement(page);
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
  for (let at = 2; at < left; at++) await page.keyboard.press("ArrowRight");
  await expect(dialog.getByRole("heading", { name: `Pair ${left} of ${left}` })).toBeVisible();
  await page.keyboard.press("y");
  await expect(dialog.getByRole("status")).toHaveText("adjudicated: Y by adjudicator");
  for (let at = left; at > 1; at--) await page.keyboard.press("ArrowLeft");
  await expect(dialog.getByRole("status")).toHaveText("adjudicated: N by adjudicator");
  expect((await rows()).slice(0, given.length)).toEqual(given);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(decide).toHaveText(`Decide ${left - 2} disagreements`);

  await page.reload();
  await hasOpened(page);
  await drop(page, files);
  await expect(decide).toHaveText(`Decide ${left - 2} disagreements`);
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
  await openAgreement(page);
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

test("a model is asked through an API, cancelled, resumed and shown beside people, its key nowhere kept", async ({
  page,
}) => {
  let slow = true;
  const server = await chatServer(async (nth) => {
    if (slow && nth >= 8) await new Promise((done) => setTimeout(done, 60_000).unref());
    return { text: nth === 3 ? "It depends." : nth % 5 === 0 ? "N" : "Y" };
  });
  const files = await threeSessions();
  await open(page, "#/label");
  await page.getByLabel("Files of tasks and labels").setInputFiles(
    files.map(({ name, text }) => ({
      name,
      mimeType: "application/json",
      buffer: Buffer.from(text),
    })),
  );
  await page.getByRole("link", { name: "Agreement of Trial" }).click();
  const alpha = page.getByTestId("alpha");
  await expect(alpha).toHaveText(/^−?\.\d{3}$/);
  const ofPeople = await alpha.innerText();

  const form = page.getByRole("form", { name: "Add a model as a rater" });
  await form.getByLabel("Address").fill(server.baseUrl);
  await form.getByLabel("Model id").fill("judge-1");
  await form.getByLabel("API key").fill("canary-key-7c1");
  await form.getByRole("button", { name: "Ask the model" }).click();
  await expect(form.getByRole("status")).toContainText("8 of 53 replies, about ");
  await form.getByRole("button", { name: "Cancel" }).click();
  await expect(form.getByRole("status")).toContainText("Cancelled after 8 of 53 replies");

  slow = false;
  const asked = server.heard.length;
  await form.getByRole("button", { name: "Go on asking" }).click();
  await expect(form.getByRole("status")).toContainText("Asked about 45 items");
  expect(server.heard.length - asked).toBe(45);
  expect(server.heard.every(({ key }) => key === "Bearer canary-key-7c1")).toBe(true);

  await expect(page.getByText("3 raters and 1 model")).toBeVisible();
  const models = page.getByRole("region", { name: "Models against people’s majority" });
  await expect(
    models.getByRole("row", { name: /^judge-1 −?\.\d{3} \[.*\] .* % 4\d / }),
  ).toBeVisible();
  await expect(page.getByText("judge-1 is not a person and is not counted.")).toBeVisible();
  await page.getByText("1 reply of models that is no label").click();
  await expect(page.getByText("judge-1: “It depends.”")).toBeVisible();
  await expect(alpha).toHaveText(ofPeople);

  const kept = await page.evaluate(async () => {
    const stores = await new Promise<unknown[]>((resolve) => {
      const request = indexedDB.open("steadfast");
      request.onsuccess = () => {
        const names = [...request.result.objectStoreNames];
        const tx = request.result.transaction(names);
        const all = names.map((name) => tx.objectStore(name).getAll());
        tx.oncomplete = () => resolve(all.map(({ result }) => result as unknown));
      };
    });
    return JSON.stringify([stores, { ...localStorage }, { ...sessionStorage }, location.href]);
  });
  expect(kept).toContain("judge-1");
  expect(kept).not.toContain("canary-key");
  await server.close();

  await form.getByLabel("Model id").fill("judge-2");
  await form.getByRole("button", { name: "Ask the model" }).click();
  await expect(form.getByRole("alert")).toContainText("(CORS)", { timeout: 15_000 });
});

test("a decision is withdrawn and taken again by keyboard, and both stay in the log after a reload", async ({
  page,
}) => {
  const files = await threeSessions();
  await openAgreement(page);
  await drop(page, files);
  const decide = page.getByRole("button", { name: /^Decide \d+ disagreements?$/ });
  const asked = await decide.innerText();
  await decide.press("Enter");
  const dialog = page.getByRole("dialog");
  const status = dialog.getByRole("status");
  const before = await status.innerText();
  await page.keyboard.press("n");
  await page.keyboard.press("ArrowLeft");
  await expect(status).toHaveText("adjudicated: N by adjudicator");
  await page.keyboard.press("w");
  await expect(status).toHaveText(before);
  await expect(dialog.getByText("The decision N by adjudicator is withdrawn.")).toBeVisible();
  await page.keyboard.press("u");
  await expect(status).toHaveText("adjudicated: N by adjudicator");
  await dialog.getByRole("button", { name: "Withdraw the decision" }).click();
  await expect(status).toHaveText(before);
  await page.keyboard.press("Escape");
  await expect(decide).toHaveText(asked);

  await page.reload();
  await hasOpened(page);
  await drop(page, files);
  await decide.click();
  await expect(dialog.getByRole("row", { name: /adjudicator decided N earlier/ })).toHaveCount(2);
  await expect(dialog.getByRole("row", { name: /adjudicator withdrew/ })).toHaveCount(2);
});
