import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { compiled } from "../../../scripts/simd.js";

test("compiled.ts is what assembly/ says; `npm run simd` compiles it", async () => {
  expect(await readFile("src/engine/simd/compiled.ts", "utf8")).toBe(await compiled());
}, 60_000);
