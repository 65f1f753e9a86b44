/** `npm run bench`: measures what this folder's benches compare. */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import type { BackendKind } from "../../src/engine/backend";
import { alphaBootstrap } from "./alpha-bootstrap";
import { type Bench, type Findings, type Size, Skip } from "./bench";
import { demoDecode } from "./demo-decode";
import { dispatches } from "./dispatches";
import { decode, prefill } from "./decode";
import { decodeHost } from "./decode-host";
import { deviceLimits } from "./device-limits";
import { encoder } from "./encoder";
import { torch } from "./torch";
import { transformers } from "./transformers";
import { foldSessionBench } from "./fold-session";
import { importBench } from "./import";
import { gpt2124m } from "./gpt2-124m";
import { gpuBounds } from "./gpu-bounds";
import { linearMap } from "./linear";
import { lora124m } from "./lora-124m";
import { nanogpt } from "./nanogpt";
import { plainLora124m } from "./plain-lora-124m";
import { selectReplay } from "./select-replay";
import { startAgainWithSwiftShader } from "./start";

const benches: readonly Bench[] = [
  alphaBootstrap,
  foldSessionBench,
  selectReplay,
  importBench,
  linearMap,
  demoDecode,
  dispatches,
  lora124m,
  gpt2124m,
  decode,
  decodeHost,
  prefill,
  encoder,
  deviceLimits,
  gpuBounds,
  nanogpt,
  torch,
  transformers,
];

/** Asked for by another bench in a process of their own, which they may damage. */
const probes: readonly Bench[] = [plainLora124m];

const help = `Measures the engine against plain ways of doing the same, both in one run.

Usage: npm run bench [-- --only NAME | --all] [--backend wasm|webgpu|cpu] [--rows N] [--tokens N] [--json]

  --only      one bench; without it all those marked * run
  --all       every bench, each in a process of its own: an hour or more
  --backend   what computes, where a bench leaves the choice
  --rows      how many answers at once, where a bench has several sizes (decode)
  --tokens    how many tokens each is long
  --json      prints nothing but the figures, as JSON

${benches.map(({ name, about, quick }) => `  ${quick ? "*" : " "} ${name.padEnd(16)}${about}`).join("\n")}
`;

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string" },
      all: { type: "boolean", default: false },
      backend: { type: "string" },
      rows: { type: "string" },
      tokens: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (values.all) return eachAlone(values.backend, values.json);
  const chosen =
    values.only === undefined
      ? benches.filter(({ quick }) => quick)
      : [...benches, ...probes].filter(({ name }) => name === values.only);
  if (chosen.length === 0) {
    const names = benches.map(({ name }) => name).join(", ");
    process.stderr.write(`bench: there is no bench "${values.only}"; there is ${names}\n`);
    return 2;
  }
  const size = {
    ...(values.rows === undefined ? {} : { rows: wholeNumber("rows", values.rows) }),
    ...(values.tokens === undefined ? {} : { tokens: wholeNumber("tokens", values.tokens) }),
  };
  const fixed = chosen.find(({ takesSize }) => !takesSize);
  if (Object.keys(size).length > 0 && fixed !== undefined) {
    throw new Error(`${fixed.name} takes no --rows and no --tokens`);
  }
  const onWebGpu = chosen.some((bench) => backendFor(bench, values.backend) === "webgpu");
  if (onWebGpu) await startAgainWithSwiftShader();
  const figures: Record<string, unknown> = {};
  for (const bench of chosen) {
    const findings = await run(bench, backendFor(bench, values.backend), size);
    figures[bench.name] = findings?.figures ?? null;
    if (values.json || findings === null) continue;
    const lines = findings.lines.map((line) => `  ${line}\n`);
    process.stdout.write(`${bench.name}: ${bench.about}\n${lines.join("")}`);
  }
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify(values.only === undefined ? figures : figures[values.only])}\n`,
    );
  }
  return 0;
}

/** Models of 124M, wasm's memory that never shrinks, and two backends do not share one process well. */
function eachAlone(backend: string | undefined, json: boolean): number {
  const figures: Record<string, unknown> = {};
  let failed = 0;
  for (const { name, backends } of benches) {
    const fits = backends.some((kind) => kind === backend);
    const args = ["--only", name, ...(fits ? ["--backend", backend!] : []), "--json"];
    const { status, stdout } = spawnSync(
      process.execPath,
      [process.argv[1]!, ...(json ? args : args.slice(0, -1))],
      { encoding: "utf8", stdio: ["ignore", json ? "pipe" : "inherit", "inherit"] },
    );
    if (status !== 0) failed += 1;
    else if (json) figures[name] = JSON.parse(stdout);
  }
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  if (failed > 0) process.stderr.write(`bench: ${failed} of ${benches.length} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** @returns null where what the bench needs is not here. */
async function run(bench: Bench, backend: BackendKind, size: Size): Promise<Findings | null> {
  try {
    return await bench.run(backend, size);
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    process.stderr.write(`${bench.name}: skipped: ${error.message}\n`);
    return null;
  }
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--${option} must be a whole number, 1 or more, got "${text}"`);
}

function backendFor({ name, backends }: Bench, asked: string | undefined): BackendKind {
  if (asked === undefined || backends.length === 0) return backends[0] ?? "cpu";
  const found = backends.find((kind) => kind === asked);
  if (found !== undefined) return found;
  throw new Error(`${name} runs on ${backends.join(" and ")}, not on "${asked}"`);
}

/** Dawn keeps the process alive, so it must be ended; first what was printed has to be written. */
async function end(code: number): Promise<never> {
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  process.exit(code);
}

try {
  await end(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(
    `bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  await end(1);
}
