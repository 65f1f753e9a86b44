/** The GPU process crashes in the middle of a training run. */
import { expect, test } from "@playwright/test";
import { quickestStudy } from "./quickest-study";
import { site } from "./site";
import { startStudy } from "./start-study";
import { rowsOf } from "./stored-runs";

test("promise 2: a run whose GPU is lost goes on by itself from its last checkpoint, and the page says so", async ({
  page,
  browser,
}) => {
  test.setTimeout(1_000_000); // SwiftShader, on a machine that does other things too
  await startStudy(page, site, {
    ...quickestStudy,
    sft: { steps: 3, batchSize: 2, microBatch: 2 },
    rollouts: { enabled: false },
    checkpoints: { everySteps: 1 },
  });
  const checkpoints = async () => (await rowsOf(page, "checkpoints")).length;
  await expect.poll(checkpoints, { timeout: 480_000, intervals: [50] }).toBeGreaterThan(0);
  const session = await browser.newBrowserCDPSession();
  session.send("Browser.crashGpuProcess").catch(() => {}); // it may not answer
  await expect(page.getByText(/The GPU was lost/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("button", { name: "Train more" })).toBeVisible({ timeout: 480_000 });
  const [run] = await rowsOf(page, "runs");
  expect(run).toMatchObject({ status: "done" });
});
