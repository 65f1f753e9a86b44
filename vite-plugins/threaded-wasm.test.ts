import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromFiles } from "./threaded-wasm";

const source = readFileSync(
  "node_modules/@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js",
  "utf8",
);

test("threads take their scripts from files, not from text made at run time", () => {
  const code = fromFiles(source);
  const assigned = /mainScriptUrlOrBlob = (.+);/.exec(code)?.[1];
  expect(assigned).toBe("wasmPathPrefix + 'tfjs-backend-wasm-threaded-simd.js'");
  expect(/new Blob|createObjectURL\(/.test(code.split("//# sourceMappingURL")[0]!)).toBe(false);
});

test("another version of tfjs is refused, not built without threads", () => {
  expect(() => fromFiles(source.replace(".toString()", ".text"))).toThrow(
    "tfjs-backend-wasm changed",
  );
});
