/**
 * Takes the pictures of docs/screenshots from the built site: `npm run build && node scripts/screenshots.js`.
 * They show the recorded example study, which is imported as a run too, so that lists have something in them.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findChromium } from "./chromium.js";

const PORT = 4175;
const SITE = `http://127.0.0.1:${PORT}/`;
const FOLDER = "docs/screenshots";
const LIMIT = 3_000_000; // bytes of all pictures
const WIDTHS = { wide: 1440, phone: 390 };

/** @type {readonly (readonly [name: string, address: string])[]} */
const VIEWS = [
  ["home", "#/home"],
  ["study", "#/study/example"],
  ["map", "#/map/example?sort=change&down=1"],
  ["question", "#/question/example/1"],
  ["select", "#/select/example?floor=0.5"],
  ["compare", "#/compare/example~baseline~0/example~lora~1"],
  ["runs", "#/runs"],
  ["methods", "#/methods"],
  ["corpus", "#/corpus/demo"],
  ["setup", "#/setup"],
  ["label", "#/label"],
];
/** Every view in light at 1440 px; these on a phone, and these in dark, too. */
const ON_PHONE = new Set(["home", "study", "map", "question"]);
const IN_DARK = new Set(["home", "map"]);

const server = spawn("node", ["scripts/serve.js", process.argv[2] ?? "dist", String(PORT), "/"]);
const browser = await chromium.launch({
  executablePath: findChromium() ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const [size, width] of Object.entries(WIDTHS)) {
    for (const colorScheme of ["light", "dark"]) {
      await take(size, width, colorScheme);
    }
  }
} finally {
  await browser.close();
  server.kill();
}

const pictures = readdirSync(FOLDER).map((name) => statSync(join(FOLDER, name)).size);
const total = pictures.reduce((a, b) => a + b, 0);
console.log(`${pictures.length} pictures, ${(total / 1e6).toFixed(2)} MB in ${FOLDER}`);
if (total > LIMIT) throw new Error(`the pictures come to more than ${LIMIT / 1e6} MB; take fewer`);

async function take(size, width, colorScheme) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  await page.goto(`${SITE}#/storage`, { waitUntil: "networkidle" });
  await page.getByLabel("Project archive").setInputFiles("public/example/study.zip");
  await page.getByRole("button", { name: /^Import 1 of 1/ }).click();
  await page.getByText(/^Imported/).waitFor();
  for (const [name, address] of VIEWS) {
    if (size === "phone" && !ON_PHONE.has(name)) continue;
    if (colorScheme === "dark" && !IN_DARK.has(name)) continue;
    await page.goto(`${SITE}${address}`);
    await page.reload({ waitUntil: "networkidle" });
    await page
      .getByText(/^(Reading|Comparing|Loading) /)
      .first()
      .waitFor({ state: "hidden" });
    await page.waitForTimeout(2_500); // drawings, and the estimate of the first view
    await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`) });
  }
  await page.close();
}
