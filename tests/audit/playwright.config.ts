/** `npm run check:page`: the built site's figures, as Lighthouse would take them. One page at a time, for they are times too. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import config from "../../playwright.config";

const root = fileURLToPath(new URL("../..", import.meta.url));

export default defineConfig({
  ...config,
  testDir: ".",
  outputDir: "../../test-results",
  workers: 1,
  reporter: "line",
  webServer: [config.webServer!].flat().map((server) => ({ ...server, cwd: root })),
});
