import { defineConfig } from "@playwright/test";
import { findChromium } from "./scripts/chromium.js";

const SITE = 4173;
const SOURCES = 4174;

export default defineConfig({
  testDir: "tests/browser",
  outputDir: "test-results",
  timeout: 600_000, // SwiftShader computes what a GPU would: slow, but exact
  expect: { timeout: 15_000 }, // a machine that runs other things too is slow, not wrong
  workers: 2, // many tests wait more than they compute; whoever needs a port of its own asks for a free one
  forbidOnly: true,
  use: {
    serviceWorkers: "block", // but in the test of them: what they keep would outlive a build
    launchOptions: {
      executablePath: findChromium() ?? "/usr/bin/chromium", // npm test installs it
      args: ["--no-sandbox", "--enable-unsafe-webgpu"],
    },
  },
  webServer: [
    // The built site, deep below a plain static host's root.
    {
      command: `node scripts/serve.js dist ${SITE} /some/base/path/`,
      url: `http://127.0.0.1:${SITE}/some/base/path/`,
    },
    // The sources, for pages that only tests have.
    { command: `npx vite --port ${SOURCES} --strictPort`, url: `http://localhost:${SOURCES}/` },
  ],
  metadata: {
    site: `http://127.0.0.1:${SITE}/some/base/path/`,
    sources: `http://localhost:${SOURCES}/`,
  },
});
