/**
 * Every check, as CI runs them: types, lint, format, unused code and build together; unit and parity tests; browser.
 * Goes on after a failure, and ends with "N passed, N failed".
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
  { title: "build", command: "npm run -s build -- --logLevel warn" },
];

const suites = [
  {
    title: "unit and parity tests",
    command: `npx vitest run --reporter=default --reporter=json --outputFile.json=${join(reports, "unit.json")}`,
    count: () => {
      const { numPassedTests, numFailedTests, numFailedTestSuites } = read("unit.json");
      return {
        passed: numPassedTests,
        failed: Math.max(numFailedTests, Math.min(numFailedTestSuites, 1)),
      };
    },
  },
  {
    title: "browser tests",
    command: "npx playwright test --reporter=list,json",
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, "browser.json") },
    count: () => {
      const { expected, unexpected, flaky } = read("browser.json").stats;
      return { passed: expected, failed: unexpected + flaky };
    },
  },
];

const read = (file) => JSON.parse(readFileSync(join(reports, file), "utf8"));

const total = { passed: 0, failed: 0 };
const lines = [];
await Promise.all(checks.map((step) => run(step, "pipe")));
for (const step of suites) await run(step, "inherit");
rmSync(reports, { recursive: true, force: true });
console.log(`\n${lines.join("\n")}\n`);
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
  const { passed, failed } = outcome(status, count);
  total.passed += passed;
  total.failed += failed;
  const seconds = Math.round((Date.now() - started) / 1000);
  lines.push(`${title}: ${passed} passed, ${failed} failed, ${seconds} s`);
}

/** A step that fails with no failing test to show for it, or has no tests at all, has failed. */
function outcome(status, count) {
  if (!count) return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  try {
    const { passed, failed } = count();
    const isBroken = (status !== 0 && failed === 0) || passed + failed === 0;
    return { passed, failed: failed + (isBroken ? 1 : 0) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
