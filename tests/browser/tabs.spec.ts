/** Two tabs, one writer: the second reads, and takes over when the first is closed, killed or frozen. */
import { type Browser, type Page, expect, test } from "@playwright/test";
import { begin, counted } from "./label-task";
import { open, site } from "./site";
import { startStudy } from "./start-study";
import { rowsOf } from "./stored-runs";

test.describe.configure({ timeout: 120_000 });

/**
 * Stops the process of a page, workers and all, and wakes it: what freezing does, and surer than
 * Page.setWebLifecycleState, after which a page went on answering. The process is the one that is busy when the page is.
 */
async function freezer(browser: Browser, page: Page) {
  const cdp = await browser.newBrowserCDPSession();
  const spent = async () => {
    const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
    const renderers = processInfo.filter(({ type }) => type === "renderer");
    return new Map(renderers.map(({ id, cpuTime }) => [id, cpuTime]));
  };
  const before = await spent();
  await page.evaluate(() => {
    const due = performance.now() + 700;
    while (performance.now() < due);
  });
  const after = [...(await spent())].map(
    ([id, time]) => [id, time - (before.get(id) ?? 0)] as const,
  );
  const [pid] = after.reduce((most, other) => (other[1] > most[1] ? other : most));
  return {
    freeze: () => process.kill(pid, "SIGSTOP"),
    wake: () => process.kill(pid, "SIGCONT"),
  };
}

const waiting = (page: Page) => page.getByText("Another tab is labelling as Ann.");

test("promise 5: the second tab reads within a second, and writes when the first has crashed", async ({
  page,
  context,
}) => {
  await begin(page, 5);
  await page.keyboard.press("y");
  await counted(page, 1, 5);
  const second = await context.newPage();
  await second.goto(page.url());
  const from = Date.now();
  await expect(waiting(second)).toBeVisible();
  console.log(`read-only ${Date.now() - from} ms after the page had loaded`);
  await expect(second.getByRole("button", { name: "Same" })).toBeDisabled();

  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => {}); // nothing is left to answer
  await crashed;
  const died = Date.now();
  await expect(waiting(second)).toBeHidden();
  console.log(`taken over ${Date.now() - died} ms after the crash`);
  await second.keyboard.press("n");
  await counted(second, 2, 5);
});

test("promise 5: a frozen tab is taken over from, and when it wakes it reads and writes nothing", async ({
  browser,
  page,
  context,
}) => {
  await begin(page, 5);
  await page.keyboard.press("y");
  await counted(page, 1, 5);
  const address = page.url();
  const second = await context.newPage();
  await second.goto(address);
  await expect(waiting(second)).toBeVisible();
  await second.waitForTimeout(6_000); // longer than a holder has that does not answer: this one does
  await expect(waiting(second)).toBeVisible();
  const { freeze, wake } = await freezer(browser, page);
  freeze();
  const frozen = Date.now();
  await expect(waiting(second)).toBeHidden();
  console.log(`taken over ${Date.now() - frozen} ms after it was frozen`);
  await second.keyboard.press("n");
  await counted(second, 2, 5);

  wake();
  await expect(waiting(page)).toBeVisible();
  await page.keyboard.press("a");
  await expect(page.getByRole("button", { name: "Same" })).toBeDisabled();
  await counted(second, 2, 5);
  await second.close();
  await expect(waiting(page)).toBeHidden();
  await counted(page, 2, 5);
});

test("promise 5: a run whose tab is frozen goes on in another, and the frozen one stops writing", async ({
  browser,
  page,
  context,
}) => {
  await startStudy(page);
  await expect.poll(async () => (await rowsOf(page, "events")).length).toBeGreaterThan(0);
  const [run] = await rowsOf(page, "runs");
  const second = await context.newPage();
  await open(second, `#/study/${run!.id}`);
  await expect(second.getByText("This run goes on in another tab.")).toBeVisible();
  const { freeze, wake } = await freezer(browser, page);
  const lease = await rowsOf(second, "leases");
  freeze();
  await expect(second.getByText("This run stands still in another tab.")).toBeVisible();
  await second.getByRole("button", { name: "Go on", exact: true }).click();
  await expect(second.getByRole("button", { name: "Stop" })).toBeVisible();
  await expect.poll(() => rowsOf(second, "leases")).not.toEqual(lease);
  wake();
  await expect(page.getByText("This run goes on in another tab.")).toBeVisible();
  await second.getByRole("button", { name: "Stop" }).click();
  await expect(second.getByText("You stopped this run.")).toBeVisible();
  expect((await rowsOf(second, "runs")).map(({ status }) => status)).toEqual(["cancelled"]);
});

test("promise 5: a tab of an older version never writes once a newer one has opened the storage", async ({
  page,
  context,
}) => {
  await begin(page, 5);
  await page.keyboard.press("y");
  await counted(page, 1, 5);
  const newer = await context.newPage();
  await newer.goto(`${site}demo/demo_questions.json`); // a page of the site that opens no storage itself
  await newer.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open("steadfast", 1_000);
        request.onupgradeneeded = () => request.result.createObjectStore("of-a-later-version");
        request.onsuccess = () => resolve();
        request.onerror = () => reject(new Error(request.error?.message));
      }),
  );
  await page.keyboard.press("n");
  const labels = await newer.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const request = indexedDB.open("steadfast");
        request.onsuccess = () => {
          const count = request.result.transaction("sessions").objectStore("sessions").count();
          count.onsuccess = () => resolve(count.result);
        };
      }),
  );
  expect(labels).toBe(1);
  await expect(page.getByText(/newer version/).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole("alert")).toBeVisible(); // and it does not open a storage that it does not know
});
