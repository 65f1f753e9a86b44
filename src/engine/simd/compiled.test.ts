import { execFileSync } from "node:child_process";
import { test } from "vitest";

test("compiled.ts is what assembly/ says; `npm run simd` compiles it", () => {
  execFileSync(process.execPath, ["scripts/simd.js", "--check"], { stdio: "pipe" });
}, 60_000);
