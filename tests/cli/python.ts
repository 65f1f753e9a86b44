/** Python as a test finds it: any at all, and one with torch, as Debian's python3-torch is. */
import { spawnSync } from "node:child_process";

/** STEADFAST_PYTHON names one with more in it, such as TRL. */
const CANDIDATES = [process.env["STEADFAST_PYTHON"], "python3", "/usr/bin/python3"];

/** The first Python that can import the module; null where there is none, and its tests are skipped. */
export function pythonWith(module: string): string | null {
  const found = CANDIDATES.find(
    (python) => python !== undefined && run(python, ["-c", `import ${module}`]).code === 0,
  );
  return found ?? null;
}

export interface PythonRun {
  readonly code: number | null;
  readonly output: string;
}

/** @param cwd  where it runs; modules there can be imported. */
export function run(python: string, argv: readonly string[], cwd = "."): PythonRun {
  const { status, stdout, stderr } = spawnSync(python, argv, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  return { code: status, output: `${stdout}${stderr}` };
}
