import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import { staticAssets } from "./static-assets.ts";

const NOTICE = `The .wasm files and the scripts beside them are the WebAssembly backend of TensorFlow.js, unchanged, from the npm
package @tensorflow/tfjs-backend-wasm. Copyright Google LLC, Apache License 2.0: https://www.apache.org/licenses/LICENSE-2.0
They are built with XNNPACK (BSD 3-clause): https://github.com/google/XNNPACK/blob/master/LICENSE
`;

const THREADED = "tfjs-backend-wasm-threaded-simd";

/**
 * The WebAssembly binaries of tfjs under `wasm/`: plain, SIMD, and SIMD with threads; tfjs picks one. The two scripts are
 * what a thread runs.
 */
export function wasmAssets(): Plugin {
  const load = createRequire(import.meta.url);
  const root = dirname(load.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  const binaries = readdirSync(join(root, "dist")).filter((name) => name.endsWith(".wasm"));
  return staticAssets({
    name: "steadfast:wasm-assets",
    folder: "wasm",
    files: {
      ...Object.fromEntries(binaries.map((name) => [name, { from: join(root, "dist", name) }])),
      [`${THREADED}.js`]: { from: join(root, "wasm-out", `${THREADED}.js`) },
      [`${THREADED}.worker.js`]: {
        text: workerScript(load(join(root, "wasm-out", `${THREADED}.worker.js`))),
      },
      "NOTICE.txt": { text: NOTICE },
    },
  });
}

/** The package holds it as a string, in which its `\n` has become a line break: tfjs mends that so before use, too. */
function workerScript(module: unknown): string {
  return (module as { wasmWorkerContents: string }).wasmWorkerContents.replaceAll("\n", "\\n");
}
