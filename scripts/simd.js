/* global Buffer -- Node */
/**
 * Compiles the engine's SIMD code, src/engine/simd/assembly (AssemblyScript), into src/engine/simd/compiled.ts: two short binaries, since a memory that
 * threads share is imported in other words.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import asc from "assemblyscript/asc";

const ROOT = join(import.meta.dirname, "..");
const ENTRY = "src/engine/simd/assembly/index.ts";
const OUTPUT = join(ROOT, "src/engine/simd/compiled.ts");

/** Nothing but functions over the memory that tfjs's backend owns: no runtime, no data, no stack of its own. */
const FLAGS = [
  ...["--runtime", "stub", "--importMemory", "--noExportMemory", "--noAssert"],
  ...["--enable", "simd", "-O3", "--converge", "--disableWarning", "112"],
];
const SHARED = [
  "--enable",
  "threads",
  "--sharedMemory",
  "--initialMemory",
  "1",
  "--maximumMemory",
  "65536",
];

/** @param {readonly string[]} flags */
async function binary(flags) {
  /** @type {Uint8Array | undefined} */
  let bytes;
  const { error, stderr } = await asc.main([ENTRY, "-o", "kernels.wasm", ...FLAGS, ...flags], {
    readFile: (name, folder) => readFile(join(ROOT, folder, name), "utf8").catch(() => null),
    writeFile: (_name, contents) => void (bytes = contents),
  });
  const said = stderr.toString();
  if (error || said !== "") throw new Error(said || error?.message);
  return Buffer.from(/** @type {Uint8Array} */ (bytes)).toString("base64");
}

/** What compiled.ts has to be. */
export async function compiled() {
  const [own, shared] = [await binary([]), await binary(SHARED)];
  return `/** Compiled from assembly/ by \`npm run simd\`; base64. */
// prettier-ignore
export const OWN_MEMORY = "${own}";
// prettier-ignore
export const SHARED_MEMORY = "${shared}";
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await writeFile(OUTPUT, await compiled());
}
