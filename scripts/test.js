/**
 * Every check, as CI runs them: types, lint, format, unused code, words and build together; unit and parity tests; browser.
 * Goes on after a failure, and ends with what failed and "N passed, N failed".
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "./chromium.js";

process.env.CHROMIUM_PATH = chromium();
const reports = mkdtempSync(join(tmpdir(), "steadfast-test-"));

/** Each takes one core, so they run at once; what one of them says is shown when it has ended. */
const checks = [
  { title: "types", command: "npm run -s check:types" },
  { title: "lint", command: "npm run -s check:lint" },
  { title: "format", command: "npm run -s check:format" },
  { title: "unused code", command: "npm run -s check:unused" },
  { title: "words", command: "npm run -s check:words" },
  { title: "build", command: "npm run -s build -- --logLevel warn" },
];

const suites = [
  {
    title: "unit and parity tests",
    command: `npx vitest run --reporter=default --reporter=json --outputFile.json=${join(reports, "unit.json")}`,
    count: () => {
      const { numPassedTests, testResults } = read("unit.json");
      const failed = testResults.flatMap(({ name, status, assertionResults }) => {
        const tests = assertionResults.filter((result) => result.status === "failed");
        if (tests.length > 0) return tests.map(({ fullName }) => `${name} › ${fullName}`);
        return status === "failed" ? [name] : []; // it could not be loaded
      });
      return { passed: numPassedTests, failed };
    },
  },
  {
    title: "browser tests",
    command: "npx playwright test --reporter=list,json",
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, "browser.json") },
    count: () => {
      const { stats, suites } = read("browser.json");
      return { passed: stats.expected, failed: suites.flatMap(failedSpecs) };
    },
  },
];

const read = (file) => JSON.parse(readFileSync(join(reports, file), "utf8"));

/** What failed, or passed only when it was tried again. */
const failedSpecs = ({ suites = [], specs = [] }) => [
  ...specs
    .filter(({ tests }) =>
      tests.some(({ status }) => status === "unexpected" || status === "flaky"),
    )
    .map(({ file, line, title }) => `${file}:${line} › ${title}`),
  ...suites.flatMap(failedSpecs),
];

const total = { passed: 0, failed: 0 };
const lines = [];
const failures = [];
await Promise.all(checks.map((step) => run(step, "pipe")));
for (const step of suites) await run(step, "inherit");
rmSync(reports, { recursive: true, force: true });
console.log(`\n${lines.join("\n")}\n`);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

/** Runs a step and counts it: one without a report of its own as one test. */
async function run({ title, command, env, count }, stdio) {
  const header = `\n── ${title}: ${command}`;
  if (stdio === "inherit") console.log(header);
  const started = Date.now();
  const child = spawn(command, { shell: true, stdio, env: { ...process.env, ...env } });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (part) => said.push(part));
  }
  const [status] = await once(child, "close");
  if (stdio === "pipe") console.log(`${header}\n${said.join("")}`);
  const { passed, failed } = outcome(title, status, count);
  total.passed += passed;
  total.failed += failed.length;
  failures.push(...failed);
  const seconds = Math.round((Date.now() - started) / 1000);
  lines.push(`${title}: ${passed} passed, ${failed.length} failed, ${seconds} s`);
}

/** A step that fails with no failing test to show for it, or has no tests at all, has failed. */
function outcome(title, status, count) {
  if (!count) return status === 0 ? { passed: 1, failed: [] } : { passed: 0, failed: [title] };
  try {
    const { passed, failed } = count();
    const isBroken = failed.length === 0 && (status !== 0 || passed === 0);
    return { passed, failed: isBroken ? [`${title}, as a whole`] : failed };
  } catch {
    return { passed: 0, failed: [`${title}, with no report`] };
  }
}
