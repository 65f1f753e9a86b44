/** The demo study, reduced, through the page: the built site, deep below a static host's root, on WebGPU. */
import { expect, test } from "@playwright/test";
import { startStudy } from "./start-study";
import { watchRequests } from "./site";

test("a study gives scores that survive a reload, and no request leaves the origin", async ({
  page,
}) => {
  const foreign = watchRequests(page);
  await startStudy(page);
  const results = page.getByRole("region", { name: "Results" }).getByRole("table");
  await expect(page.getByRole("button", { name: "Stop" })).toBeHidden({ timeout: 560_000 });
  await expect(page.getByRole("status", { name: "Device" })).toContainText("WebGPU");
  for (const model of ["Baseline", "LoRA", "PPO", "Aligned"]) {
    await expect(results.getByRole("columnheader", { name: model })).toBeVisible();
  }
  const mean = results.getByRole("row", { name: /^Mean/ });
  expect((await mean.innerText()).match(/0?\.\d{2,3}/g)).toHaveLength(4);
  const before = await results.innerText();

  await page.reload();
  await expect(mean).toBeVisible();
  expect(await results.innerText()).toBe(before);
  expect(foreign()).toEqual([]);
});

test("one click stops a running study within a second, and what was done is there after a reload", async ({
  page,
}) => {
  await startStudy(page);
  const path = page.getByRole("list", { name: "Path of the study" });
  await expect(path.getByRole("progressbar").first()).toBeVisible({ timeout: 120_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  const stopped = page.getByText("You stopped this run");
  await expect(stopped).toBeVisible({ timeout: 2_000 }); // a second, and what Playwright itself takes
  await page.reload();
  await expect(stopped).toBeVisible();
});
