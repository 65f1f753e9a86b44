import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { version } from "../../package.json";
import { BUILT_IN_ENCODER } from "../core/encode/encoder";
import { readReportPage } from "../core/format/report-page/page";
import { type Check, verifyReportPage } from "../core/format/report-page/verify";
import { loadEncoder } from "./assets";
import { startWasm } from "./backend";
import { type Command, readArgs } from "./command";
import { DifferenceError, readingInput } from "./errors";
import { interruptible } from "./interrupt";
import { sha256 } from "./sha256";

const help = `Computes every table of a report again from the data the file carries, and compares.

Usage: npm run steadfast -- verify REPORT.html [options]

  --encoder DIR  the folder of the report's sentence encoder, where it is not the built-in one: without it the
                 similarities are not computed from the answers again
  --json         print [{"name", "values", "differences": ["…"], "skipped"}]

Ends with 0 where nothing differs, 1 where something does, 2 where the file is no report.
`;

export const verify: Command = {
  name: "verify",
  summary: "whether a report says what its data says",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      { encoder: { type: "string" }, json: { type: "boolean", default: false } },
      { names: ["REPORT.html"] },
    );
    const [path] = positionals as [string];
    const file = basename(path);
    const page = await readingInput(() => readFile(path, "utf8"));
    const { encoder: named } = readReportPage(page, file).report.config;
    const choice = values.encoder ?? (named === BUILT_IN_ENCODER ? named : null);
    await startWasm();
    const checks = await verifyReportPage(page, file, {
      digest: sha256,
      encoder: choice === null ? null : await loadEncoder(choice),
      steadfast: version,
      signal: interruptible("nothing kept"),
    });
    process.stdout.write(values.json ? `${JSON.stringify(checks)}\n` : table(checks));
    const differences = checks.reduce((n, check) => n + check.differences.length, 0);
    if (differences > 0)
      throw new DifferenceError(`${file} differs from its data in ${differences} places`);
  },
};

function table(checks: readonly Check[]): string {
  return checks
    .flatMap(({ name, values, differences, skipped }) => [
      `${name}: ${skipped === null ? `${values} values, ${differences.length} differences` : `not checked, ${skipped}`}`,
      ...differences.map((difference) => `  ${difference}`),
    ])
    .map((line) => `${line}\n`)
    .join("");
}
