/** The command line as a user meets it: the bundle, in a process of its own. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { build } from "vite";

/** Inside node_modules, so that the bundle finds packages and public/ by walking up, as it does from dist-cli/. */
const CACHE = resolve("node_modules/.cache");

const LIMIT = 60_000; // ms

/** How a run of the command line ended. */
export interface Run {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  /** Where it runs: relative paths start there. */
  readonly cwd?: string;
  /** Words for Node itself. */
  readonly node?: readonly string[];
  /** Aborting it is Ctrl-C. */
  readonly interrupt?: AbortSignal;
  /** Longest that it may take, in ms: what hangs is ended, so that its test fails and leaves nothing behind. A minute. */
  readonly limit?: number;
}

export interface Steadfast {
  /** The bundle, for a process that a test wants in its own hands. */
  readonly entry: string;
  run(argv: readonly string[], options?: RunOptions): Promise<Run>;
  remove(): Promise<void>;
}

/** Makes a folder of files, by path, for one test. */
export async function folderOf(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "steadfast-cli-"));
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return folder;
}

/** Bundles the command line as `npm run steadfast` does, into a folder of its own. */
export async function buildSteadfast(): Promise<Steadfast> {
  await mkdir(CACHE, { recursive: true });
  const outDir = await mkdtemp(join(CACHE, "steadfast-cli-"));
  await build({ configFile: resolve("vite.cli.config.ts"), logLevel: "error", build: { outDir } });
  const entry = join(outDir, "steadfast.js");
  return {
    entry,
    run: (argv, options) => runNode([...(options?.node ?? []), entry, ...argv], options),
    remove: () => rm(outDir, { recursive: true }),
  };
}

function runNode(
  argv: readonly string[],
  { cwd, interrupt, limit = LIMIT }: RunOptions = {},
): Promise<Run> {
  const child = spawn(process.execPath, argv, {
    ...(cwd !== undefined && { cwd }),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limit,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  interrupt?.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done({ code, stdout, stderr }));
  });
}
