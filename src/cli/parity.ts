/** `npm run parity -- DIR`: compares the engine with a folder of golden files, case by case. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { BackendError, type BackendInfo, startBackend } from "../engine/backend";
import type { CaseResult } from "../../tests/parity/case";
import { diskFolder } from "../../tests/parity/folder";
import { gpt2Cases } from "../../tests/parity/gpt2-cases";
import { groupRlCases } from "../../tests/parity/group-rl-cases";
import { textMetricCases } from "../../tests/parity/text-metric-cases";
import { trainingCases } from "../../tests/parity/training-cases";
import { installWebGpu } from "../../tests/webgpu-node";
import { readArgs } from "./command";
import { exitCode, UsageError } from "./errors";

const help = `Compares the engine with PyTorch's numbers in a folder of golden files.

Usage: npm run parity -- DIR [--backend wasm|cpu|webgpu]

  DIR         gpt2_lora.json, ppo.json, tiny-gpt2.config.json, tiny-gpt2.safetensors and tiny-adapter/, as in
              tests/fixtures/golden; group_rl.json and text_metrics.json are compared where they lie there too
  --backend   what computes (default wasm)

Prints a line a case with its largest error and its tolerance. Exit code 0: every case passed; 1: a case missed, or
there was none; 2: the folder or an option is wrong.
`;

const wasm = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json");

const FILES = [
  "gpt2_lora.json",
  "ppo.json",
  "tiny-gpt2.config.json",
  "tiny-gpt2.safetensors",
  "tiny-adapter/adapter_config.json",
  "tiny-adapter/adapter_model.safetensors",
];

/** What a folder may leave out. */
const OPTIONAL = ["group_rl.json", "text_metrics.json"];

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(help);
    return 0;
  }
  const options = { backend: { type: "string", default: "wasm" } } as const;
  const { values, positionals } = readArgs(argv, options, { names: ["DIR"] });
  const folder = resolve(positionals[0]!);
  const missing = FILES.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) {
    throw new UsageError(`${folder} is no folder of golden files: it lacks ${missing.join(", ")}`);
  }
  const { kind, device } = await start(values.backend);
  process.stdout.write(`${folder} on ${kind} (${device})\n`);

  let [passed, failed] = [0, 0];
  const golden = diskFolder(folder);
  for (const file of OPTIONAL) {
    if (!(await golden.has(file))) process.stdout.write(`skip  ${file}: not in this folder\n`);
  }
  for (const cases of [gpt2Cases, trainingCases, groupRlCases, textMetricCases]) {
    for await (const result of cases(golden)) {
      process.stdout.write(`${line(result)}\n`);
      if (result.passed) passed++;
      else failed++;
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

async function start(backend: string): Promise<BackendInfo> {
  switch (backend) {
    case "cpu":
      return startBackend("cpu");
    case "wasm":
      return startBackend("wasm", { wasmPath: `${dirname(wasm)}/dist/` });
    case "webgpu":
      await installWebGpu();
      return startBackend("webgpu");
    default:
      throw new UsageError(`--backend must be wasm, cpu or webgpu, got "${backend}"`);
  }
}

function line({ name, largestError, tolerance, passed }: CaseResult): string {
  const numbers = `largest error ${largestError.toExponential(1)}, tolerance ${tolerance.toExponential(1)}`;
  return `${passed ? "pass" : "MISS"}  ${name}: ${numbers}`;
}

/** What went wrong, with the trace where it is no input of the user's. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = exitCode(error) === 2 || error instanceof BackendError;
  return expected ? error.message : (error.stack ?? error.message);
}

let code: number;
try {
  code = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`parity: ${describe(error)}\n`);
  code = exitCode(error);
}
process.exit(code); // Dawn would keep the process alive
