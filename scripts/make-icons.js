/** Draws the icons of the installed app from public/icons/icon.svg: `node scripts/make-icons.js`. */
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { findChromium } from "./chromium.js";

const svg = readFileSync("public/icons/icon.svg", "utf8");
/** A maskable icon is cut to whatever shape: its picture lies within the inner 80 %. */
const ICONS = [
  { name: "192", size: 192, inset: 0, background: "transparent" },
  { name: "512", size: 512, inset: 0, background: "transparent" },
  { name: "maskable", size: 512, inset: 0.14, background: "#fbfaf7" },
];

const browser = await chromium.launch({
  executablePath: findChromium() ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const { name, size, inset, background } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const source = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  const style = `position:fixed;inset:${inset * size}px;width:${(1 - 2 * inset) * size}px`;
  await page.setContent(
    `<body style="background:${background}"><img style="${style}" src="${source}">`,
  );
  await page.screenshot({ path: `public/icons/${name}.png`, omitBackground: true });
  await page.close();
}
await browser.close();
