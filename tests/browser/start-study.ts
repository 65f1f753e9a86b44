/** A study, as a rule the quickest, started through the set-up page. */
import { type Page, expect } from "@playwright/test";
import type { StudyConfigInput } from "../../src/core/study/config";
import { quickestStudy } from "./quickest-study";
import { site } from "./site";

export async function startStudy(
  page: Page,
  address = site,
  config: StudyConfigInput = quickestStudy,
): Promise<void> {
  await page.goto(`${address}#/setup`);
  await page.getByLabel("Settings file").setInputFiles({
    name: "config.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(config)),
  });
  await page.getByRole("button", { name: "Run this study" }).click();
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
}
