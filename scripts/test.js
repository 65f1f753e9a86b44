/**
 * Every check, as CI runs them: types, lint, format, unused code, unit and parity tests, build, command line,
 * browser. Goes on after a failure, and ends with "N passed, N failed".
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "./chromium.js";

process.env.CHROMIUM_PATH = chromium();
const reports = mkdtempSync(join(tmpdir(), "steadfast-test-"));

/** A step without a report of its own counts as one test. */
const steps = [
  { title: "types", command: "npm run -s check:types" },
  { title: "lint", command: "npm run -s check:lint" },
  { title: "format", command: "npm run -s check:format" },
  { title: "unused code", command: "npm run -s check:unused" },
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
  { title: "build", command: "npm run -s build -- --logLevel warn" },
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
for (const { title, command, env, count } of steps) {
  console.log(`\n── ${title}: ${command}`);
  const started = Date.now();
  const { status } = spawnSync(command, {
    shell: true,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const { passed, failed } = outcome(status, count);
  total.passed += passed;
  total.failed += failed;
  lines.push(
    `${title}: ${passed} passed, ${failed} failed, ${Math.round((Date.now() - started) / 1000)} s`,
  );
}
rmSync(reports, { recursive: true, force: true });
console.log(`\n${lines.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

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
