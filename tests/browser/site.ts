import { type Page, expect } from "@playwright/test";
import config from "../../playwright.config";

export const { site, sources } = config.metadata as { site: string; sources: string };

/**
 * A browser without WebGPU, for tests of pages that need a study and not a GPU: on wasm it takes seconds, on SwiftShader
 * minutes. `test.use(withoutWebGpu)`
 */
export const withoutWebGpu = {
  launchOptions: { ...config.use!.launchOptions!, args: ["--no-sandbox"] },
};

export async function open(page: Page, hash = ""): Promise<void> {
  await page.goto(`${site}${hash}`);
}

/** Nothing on the page says that it is still being read. */
export async function untilRead(page: Page): Promise<void> {
  const waiting = /^\s*(Loading|Reading|Comparing|Counting) /;
  await expect(page.getByRole("status").filter({ hasText: waiting })).toHaveCount(0);
}

/** Everything asked of another origin than the site's, from now on. */
export function watchRequests(page: Page): () => string[] {
  const { origin } = new URL(site);
  const foreign: string[] = [];
  page.context().on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== origin) foreign.push(request.url());
  });
  return () => foreign;
}
