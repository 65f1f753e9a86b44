/** Gathers the words of the page into src/locales: `npm run words`. With --check nothing is written, and what would be is an error. */
import { access, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { Hub } from "wuchale";
import { wordsConfig } from "../vite-plugins/words/config.js";

const checks = process.argv.includes("--check");
const stale = [];

const orNull = (promise) =>
  promise.catch((error) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
const read = (path) => orNull(readFile(path, "utf8"));

const files = {
  read,
  async write(path, text) {
    if (!checks) return writeFile(path, text);
    // A build may be reading the rest just now.
    if (path.endsWith(".po") && (await read(path)) !== text) stale.push(relative(".", path));
  },
  mkdir: (path) => mkdir(path, { recursive: true }),
  exists: async (path) => (await orNull(access(path).then(() => true))) ?? false,
  unlink: async (path) => (await orNull(unlink(path).then(() => true))) ?? false,
};

// Not by wuchale's own command: with a key of Gemini in the environment that has it translate.
const config = wordsConfig({ known: false, pseudo: false });
const hub = await Hub.create("cli", () => config, ".", 0, files);
await hub.directVisit(true, false, false);
if (stale.length > 0) {
  console.error(`${stale.join(", ")}: not what the sources say. Run \`npm run words\`.`);
  process.exit(1);
}
