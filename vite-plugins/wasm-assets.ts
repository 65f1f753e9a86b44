import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import { staticAssets } from "./static-assets.ts";

const NOTICE = `The .wasm files are the WebAssembly backend of TensorFlow.js, unchanged, from the npm package
@tensorflow/tfjs-backend-wasm. Copyright Google LLC, Apache License 2.0: https://www.apache.org/licenses/LICENSE-2.0
They are built with XNNPACK (BSD 3-clause): https://github.com/google/XNNPACK/blob/master/LICENSE
`;

/** The WebAssembly binaries of tfjs under `wasm/`: plain, SIMD, and SIMD with threads; tfjs picks one. */
export function wasmAssets(): Plugin {
  const entry = createRequire(import.meta.url).resolve(
    "@tensorflow/tfjs-backend-wasm/package.json",
  );
  const dist = join(dirname(entry), "dist");
  const binaries = readdirSync(dist).filter((name) => name.endsWith(".wasm"));
  return staticAssets({
    name: "steadfast:wasm-assets",
    folder: "wasm",
    files: {
      ...Object.fromEntries(binaries.map((name) => [name, { from: join(dist, name) }])),
      "NOTICE.txt": { text: NOTICE },
    },
  });
}
