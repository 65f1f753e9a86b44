/**
 * Compiles the engine's SIMD code, src/engine/simd/assembly (AssemblyScript), into src/engine/simd/compiled.ts: two short binaries, since a memory that
 * threads share is imported in other words. With --check nothing is written, and a file that is not what the sources say is an error.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const ASC = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
const ENTRY = "src/engine/simd/assembly/index.ts";
const OUTPUT = join(ROOT, "src/engine/simd/compiled.ts");

/** Nothing but functions over the memory that tfjs's backend owns: no runtime, no data, no stack of its own. */
const FLAGS = [
  ...["--runtime", "stub", "--importMemory", "--noExportMemory", "--noAssert"],
  ...["--enable", "simd", "-O3", "--converge", "--disableWarning", "112"],
];
const SHARED = [
  ...["--enable", "threads", "--sharedMemory"],
  ...["--initialMemory", "1", "--maximumMemory", "65536"],
];

function binary(flags) {
  const folder = mkdtempSync(join(tmpdir(), "steadfast-simd-"));
  try {
    const file = join(folder, "kernels.wasm");
    execFileSync(process.execPath, [ASC, ENTRY, "-o", file, ...FLAGS, ...flags], { cwd: ROOT });
    return readFileSync(file).toString("base64");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const compiled = `/** Compiled from assembly/ by \`npm run simd\`; base64. */
// prettier-ignore
export const OWN_MEMORY = "${binary([])}";
// prettier-ignore
export const SHARED_MEMORY = "${binary(SHARED)}";
`;
if (!process.argv.includes("--check")) {
  writeFileSync(OUTPUT, compiled);
} else if (readFileSync(OUTPUT, "utf8") !== compiled) {
  console.error("src/engine/simd/compiled.ts: not what assembly/ says. Run `npm run simd`.");
  process.exit(1);
}
