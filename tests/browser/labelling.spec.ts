/** Labelling on the built site: by keyboard alone, in two tabs, on a phone, and with the browser killed. */
import { mkdtemp, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, devices, expect, test } from "@playwright/test";
import { chromium as chromiumPath } from "../../scripts/chromium.js";
import { begin, choosePairs, counted, labelAll } from "./label-task";
import { sidewaysOverflow, smallControls } from "./reach";
import { open } from "./site";

const KILLS = Number(process.env["STEADFAST_KILLS"] ?? 5);
/** More than are labelled before the last kill. */
const PAIRS_TO_KILL = Math.max(500, 30 * KILLS);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("500 pairs are labelled by keyboard alone, and the file of the session holds them", async ({
  page,
}) => {
  await begin(page, 500);
  // In the page, so that the time from key to next pair is the app's own.
  const slowest = await page.evaluate(async () => {
    const question = () => document.querySelector("h1")?.textContent;
    const press = (key: string) =>
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const frame = () => new Promise<void>((resolve) => setTimeout(resolve));
    let slowest = 0;
    for (let i = 0; i < 497; i++) {
      const [before, from] = [question(), performance.now()];
      press("yna"[i % 3]!);
      while (question() === before) await frame();
      slowest = Math.max(slowest, performance.now() - from);
    }
    return slowest;
  });
  // The last by keys that go through the browser.
  for (const [i, key] of ["n", "a", "y"].entries()) {
    await page.keyboard.press(key);
    if (i < 2) await counted(page, 498 + i, 500);
  }
  await expect(page.getByRole("heading", { name: "All 500 are labelled" })).toBeVisible();
  console.log(`slowest label, from key to next pair: ${slowest.toFixed(1)} ms`);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export my labels" }).press("Enter");
  const file = JSON.parse(await readFile(await (await download).path(), "utf8")) as {
    events: { kind: string; item: number; label: string }[];
  };
  expect(file.events).toHaveLength(500);
  const expected = Array.from({ length: 500 }, (_, i) => ["Y", "N", "NA"][i % 3]);
  expected.splice(497, 3, "N", "NA", "Y");
  expect(file.events.map(({ label }) => label)).toEqual(expected);
});

test("nothing tells a rater that some pairs come twice", async ({ page }) => {
  await choosePairs(page, 20); // and 10 % repeats, unless told otherwise
  await page.getByRole("button", { name: "Make the task of 20 pairs" }).click();
  await expect(page.getByText("22 to label")).toBeVisible();
  const tells = /repeat|twice|hidden|\bchecks?\b|20|22 pairs/i;
  const body = page.locator("main");
  await expect(body).not.toHaveText(tells);
  await page.getByLabel("Your name").fill("Ann");
  await page.keyboard.press("Enter");
  await counted(page, 0, 22);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).not.toHaveText(tells);
  await page.keyboard.press("Escape");
  await labelAll(page, 22, () => "y");
  await expect(body).not.toHaveText(tells);
  await page.getByRole("link", { name: "To the task" }).click();
  await page.getByRole("link", { name: "All tasks" }).click();
  await expect(page.getByRole("article")).toContainText("22 to label");
  await expect(page.getByRole("article")).not.toHaveText(/repeat|twice|hidden|20 pairs/i);
});

test("a key shows its effect within 50 ms", async ({ page }) => {
  await begin(page, 40);
  const times = await page.evaluate(async () => {
    const pressed = () =>
      document.querySelector('button[aria-pressed="true"]') !== null ||
      document.querySelector("h1")?.textContent !== question;
    let question: string | null | undefined;
    const times: number[] = [];
    for (let i = 0; i < 39; i++) {
      question = document.querySelector("h1")?.textContent;
      const from = performance.now();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "y", bubbles: true }));
      while (!pressed()) await new Promise((resolve) => setTimeout(resolve));
      times.push(performance.now() - from);
      while (document.querySelector("h1")?.textContent === question) {
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    return times.sort((a, b) => a - b);
  });
  expect(times[Math.floor(0.95 * times.length)]).toBeLessThan(50);
});

test("undo goes back over pairs, also after a reload; flags and comments stay", async ({
  page,
}) => {
  await begin(page, 10);
  const question = page.getByRole("heading", { level: 1 });
  const first = await question.innerText();
  await page.keyboard.press("f");
  await expect(page.getByText("Number 1, flagged")).toBeVisible();
  await page.keyboard.press("c");
  await expect(page.getByRole("textbox")).toBeFocused();
  await page.keyboard.type("Not sure.");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Your comment: Not sure.")).toBeVisible();
  for (const [i, key] of ["y", "n", "a"].entries()) {
    await page.keyboard.press(key);
    await counted(page, i + 1, 10);
  }
  await page.reload();
  await counted(page, 3, 10);
  await page.keyboard.press("u");
  await counted(page, 2, 10);
  await page.keyboard.press("Control+z");
  await counted(page, 1, 10);
  await page.keyboard.press("u");
  await counted(page, 0, 10);
  await expect(question).toHaveText(first);
  await expect(page.getByText("Your comment: Not sure.")).toBeVisible();

  await page.keyboard.press("d");
  await expect(page.locator("mark").first()).toBeVisible();
  await page.keyboard.press("?");
  await page.getByRole("button", { name: /^Same: Y/ }).click();
  await page.keyboard.press("1");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden(); // it takes the keys until then
  await page.keyboard.press("y"); // does nothing any more
  await page.keyboard.press("1");
  await counted(page, 1, 10);
});

test("a second tab only reads, and takes over when the first is closed", async ({
  page,
  context,
}) => {
  await begin(page, 5);
  await page.keyboard.press("y");
  await counted(page, 1, 5);
  const second = await context.newPage();
  await second.goto(page.url());
  await expect(second.getByText("Another tab is labelling as Ann.")).toBeVisible();
  await expect(second.getByRole("button", { name: "Same" })).toBeDisabled();
  await page.keyboard.press("n");
  await counted(page, 2, 5);
  await page.close();
  await counted(second, 2, 5);
  await second.keyboard.press("y");
  await counted(second, 3, 5);
});

test.describe("on a phone", () => {
  const { viewport, hasTouch, isMobile } = devices["Pixel 5"];
  test.use({ viewport: { ...viewport, width: 390 }, hasTouch, isMobile });

  test("pairs are labelled by touch, every control is big enough, nothing scrolls sideways", async ({
    page,
  }) => {
    await begin(page, 4);
    for (const [i, name] of ["Same", "Different", "Can’t tell"].entries()) {
      await page.getByRole("button", { name }).tap();
      await counted(page, i + 1, 4);
    }
    await page.getByRole("button", { name: "Undo" }).tap();
    await counted(page, 2, 4);
    expect(await smallControls(page, 44)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
    for (const hash of ["#/label", new URL(page.url()).hash.replace(/\/[^/]*$/, "")]) {
      await open(page, hash);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      expect(await sidewaysOverflow(page)).toBe(0);
    }
  });
});

test(`${KILLS} kills of the browser at random moments lose no acknowledged label`, async () => {
  test.setTimeout(120_000 + 60_000 * KILLS);
  const folder = await mkdtemp(join(tmpdir(), "steadfast-kill-"));
  const launch = async () => {
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: chromiumPath(),
      args: ["--no-sandbox"],
    });
    return { context, page: context.pages()[0]! };
  };
  try {
    let { context, page } = await launch();
    await begin(page, PAIRS_TO_KILL);
    const address = page.url();
    let acknowledged = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      // The page labels on its own and tells each label that it shows as counted.
      await page.exposeFunction("acknowledge", (count: number) => {
        acknowledged = count;
      });
      await page.evaluate(() => {
        const counted = () =>
          Number(/^\s*(\d+) of/.exec(document.querySelector("header p")!.textContent)![1]);
        const { acknowledge } = window as unknown as { acknowledge: (count: number) => void };
        let told = counted();
        setInterval(() => {
          const count = counted();
          if (count > told) acknowledge((told = count));
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "y", bubbles: true }));
        }, 1);
      });
      const begun = acknowledged;
      await expect.poll(() => acknowledged, { intervals: [1] }).toBeGreaterThan(begun);
      await sleep(Math.floor((137 * (kill + 1)) % 97)); // anywhere within the labels that follow
      const closed = new Promise<void>((resolve) => context.once("close", () => resolve()));
      process.kill(await mainPid(folder), "SIGKILL");
      await closed;

      ({ context, page } = await launch());
      await page.goto(address);
      const count = page.getByRole("banner").getByText(/^\s*\d+ of/);
      const kept = Number.parseInt(await count.innerText());
      expect(kept).toBeGreaterThanOrEqual(acknowledged);
      acknowledged = kept;
    }
    await context.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** The browser's main process: its profile's lock is a link to "host-pid". */
async function mainPid(folder: string): Promise<number> {
  return Number((await readlink(join(folder, "SingletonLock"))).split("-").at(-1));
}
