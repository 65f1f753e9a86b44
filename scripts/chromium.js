/** Finds a Chromium for the browser tests; as root on Debian it installs one. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const CANDIDATES = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** @returns {string | undefined} */
export const findChromium = () => CANDIDATES.find((path) => path && existsSync(path));

/** @returns {string} the path of the executable; ends the process with one line that says what to install. */
export function chromium() {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0) {
    console.log("Chromium is missing; installing it with apt-get");
    const options = {
      stdio: "inherit",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    };
    execFileSync("apt-get", ["update", "-qq"], options);
    execFileSync(
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
      options,
    );
    const installed = findChromium();
    if (installed) return installed;
  }
  console.error(
    "The browser tests need Chromium: apt-get install chromium, or set CHROMIUM_PATH to one you have.",
  );
  process.exit(1);
}
