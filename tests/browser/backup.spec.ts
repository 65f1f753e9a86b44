/** Taking everything away as one file, and bringing it back. */
import { type Page, expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import { expectAccessible } from "./axe";
import { counted, makeTaskOf } from "./label-task";
import { expectReachable } from "./reach";
import { open } from "./site";

test.describe.configure({ timeout: 90_000 });

const csv = (answer: string) =>
  "question_id,question,paraphrased,model_output\n" +
  [1, 2, 3].map((n) => `7,May one lie?,Wording ${n}?,${answer}\n`).join("");

async function importCorpus(page: Page): Promise<void> {
  await open(page, "#/corpus");
  await page.getByLabel("Corpus files").setInputFiles({
    name: "mine.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(csv("No.")),
  });
  await page.getByRole("button", { name: "Import 1 question" }).click();
  await expect(page.getByRole("heading", { name: "mine", exact: true })).toBeVisible();
}

async function exported(page: Page): Promise<Buffer> {
  await open(page, "#/storage");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export everything" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^steadfast-\d{4}-\d\d-\d\dT.*\.zip$/);
  return readFileSync(await download.path());
}

async function choose(page: Page, buffer: Buffer, name = "project.zip"): Promise<void> {
  await open(page, "#/storage");
  await page
    .getByLabel("Project archive")
    .setInputFiles({ name, mimeType: "application/zip", buffer });
}

test("what was exported comes back after everything was deleted, and a second import finds it all there", async ({
  page,
}) => {
  await importCorpus(page);
  await makeTaskOf(page, 2);
  await page.getByLabel("Your name").fill("Ann");
  await page.keyboard.press("Enter");
  await counted(page, 0, 2);
  await page.keyboard.press("y");
  await counted(page, 1, 2);
  const archive = await exported(page);

  await page.getByLabel("Type “delete everything”").fill("delete everything");
  const reloaded = page.waitForEvent("load");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await reloaded;
  await open(page, "#/label");
  await expect(page.getByRole("form", { name: "New task" })).toBeVisible();
  await expect(page.getByRole("article")).toHaveCount(0);

  await choose(page, archive);
  // The settings are new, different or the same, as the page has written its own by now or not.
  for (const item of ["mine Corpus · new", "Labelling Labelling task · new"]) {
    await expect(page.getByRole("listitem").filter({ hasText: item })).toBeVisible();
  }
  await page.getByRole("button", { name: /^Import \d of 3/ }).click();
  await expect(page.getByText(/^Imported/)).toBeVisible();
  await choose(page, archive);
  await expect(page.getByText("0 new")).toBeVisible();
  await expect(page.getByRole("button", { name: "Import 0 of 3" })).toBeDisabled();

  await open(page, "#/label");
  await page.getByRole("article").getByRole("link").first().click();
  await page.getByRole("link", { name: /Ann/ }).first().click();
  await counted(page, 1, 2);
});

test("a corpus that differs is kept unless a copy is asked for, and then both are there", async ({
  page,
}) => {
  await importCorpus(page);
  const archive = await exported(page);
  // The same corpus, changed on this device.
  await page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open("steadfast");
      request.onsuccess = () => resolve(request.result);
    });
    const tx = db.transaction("corpora", "readwrite");
    const request = tx.objectStore("corpora").getAll();
    request.onsuccess = () => {
      const [row] = request.result as { source: string }[];
      tx.objectStore("corpora").put({ ...row, source: "changed.csv" });
    };
    await new Promise((done) => (tx.oncomplete = done));
    db.close();
  });
  await choose(page, archive);
  await expect(page.getByText("Corpus · differs from the one here")).toBeVisible();
  await expectAccessible(page, "an archive that differs");
  await expectReachable(page, "an archive that differs");
  await page
    .getByRole("group", { name: "What to do with mine" })
    .getByText("Import as a copy")
    .click();
  await page.getByRole("button", { name: /^Import 1 of/ }).click();
  await expect(page.getByText(/^Imported/)).toBeVisible();
  await open(page, "#/corpus");
  const corpora = page.getByRole("list", { name: "Corpora" });
  await expect(corpora.getByRole("link", { name: /^mine/ })).toHaveCount(2);
});

test("an archive with a byte changed is refused by name, and nothing of it is imported", async ({
  page,
}) => {
  await importCorpus(page);
  const archive = await exported(page);
  archive[60]! ^= 1;
  await choose(page, archive);
  const section = page.getByRole("region", { name: "Import", exact: true });
  await expect(section.getByRole("alert")).toContainText("project.zip: settings.json");
  await expect(page.getByRole("button", { name: /^Import \d/ })).toHaveCount(0);
});

test("a granted folder gets a dated archive, and keeps the newest five", async ({ page }) => {
  // Playwright cannot answer the picker; a folder of the origin's own file system is a handle of the same kind.
  await page.addInitScript(() => {
    Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory() });
    const prototype = FileSystemHandle.prototype as unknown as Record<string, unknown>;
    prototype["queryPermission"] = async () => "granted";
    prototype["requestPermission"] = async () => "granted";
  });
  await importCorpus(page);
  await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    for (const day of [1, 2, 3, 4, 5, 6]) {
      await folder.getFileHandle(`steadfast-2020-01-0${day}T00-00-00.zip`, { create: true });
    }
    await folder.getFileHandle("mine.zip", { create: true });
  });
  await open(page, "#/storage");
  await page.getByRole("button", { name: "Choose a folder" }).click();
  await expect(page.getByText(/^Backed up as steadfast-/)).toBeVisible();
  const files = await page.evaluate(async () => {
    const names: [string, number][] = [];
    const folder = await navigator.storage.getDirectory();
    for await (const [name, handle] of folder.entries()) {
      if (handle.kind === "file") {
        names.push([name, (await handle.getFile()).size]);
      }
    }
    return names.sort();
  });
  expect(files.map(([name]) => name.slice(0, 20))).toEqual([
    "mine.zip",
    ...[3, 4, 5, 6].map((day) => `steadfast-2020-01-0${day}`),
    expect.stringMatching(/^steadfast-2\d{3}-/),
  ]);
  expect(files.at(-1)![1]).toBeGreaterThan(500);
  await expect(page.getByRole("button", { name: "Back up now" })).toBeVisible();
});

test("a database that is found empty though it held something says so, and offers the backup", async ({
  page,
}) => {
  await importCorpus(page);
  await open(page, "#/runs");
  await page.reload();
  await page.waitForFunction(() =>
    /"filledAt":\d/.test(localStorage.getItem("steadfast.storage") ?? ""),
  );
  await page.goto("about:blank");
  await open(page, "demo/demo_questions.json");
  await page.evaluate(
    () =>
      new Promise((done) => {
        const request = indexedDB.deleteDatabase("steadfast");
        request.onsuccess = done; // blocked only until the page that was left closes it
      }),
  );
  await open(page, "#/study");
  await expect(page.getByRole("alert")).toContainText("What was stored in this browser is gone");
  await page.getByRole("link", { name: "Import a backup" }).click();
  await expectAccessible(page, "storage that was lost");
  await page.getByRole("button", { name: "Start anew" }).click();
  await page.reload();
  await expect(page.getByRole("heading", { name: "What is stored" })).toBeVisible();
  await expect(page.getByText("is gone")).toHaveCount(0);
});

test("the page names what is stored, and asks the browser to keep it", async ({ page }) => {
  await importCorpus(page);
  await open(page, "#/storage");
  await expect(page.getByRole("row", { name: /^Corpora 1 / })).toBeVisible();
  await expectAccessible(page, "storage");
  await expectReachable(page, "storage");
  // This browser blocks service workers: that is said, and is no fault.
  await expect(page.getByText(/^This page does not work without a network here/)).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.getByRole("button", { name: "Ask it to keep it" }).click();
  await expect(page.getByText(/promised to keep|declined to promise/)).toBeVisible();
});

test("a database that does not open says so, and makes way for a backup only when asked to", async ({
  page,
}) => {
  await importCorpus(page);
  await exported(page);
  await page.addInitScript(() => {
    if (sessionStorage.getItem("mended")) return;
    indexedDB.open = () => {
      throw new DOMException("Internal error opening backing store", "UnknownError");
    };
  });
  await page.reload();
  await expect(page.getByRole("alert")).toContainText("Internal error opening backing store");
  await page.getByText("It stays so after the browser was restarted").click();
  await expect(page.getByText(/The last backup was made/)).toBeVisible();
  await expectAccessible(page, "storage that does not open");
  await page.getByRole("checkbox").check();
  await page.evaluate(() => sessionStorage.setItem("mended", "1"));
  await page.getByRole("button", { name: "Start with a new storage" }).click();
  await expect(page.getByRole("heading", { name: "Storage and backup" })).toBeVisible();
});
