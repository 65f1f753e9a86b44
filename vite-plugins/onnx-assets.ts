import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defaultClientConditions, type Plugin } from "vite";
import { staticAssets } from "./static-assets.ts";

/** Without WebGPU, which sentence encoders don't use: half the size of the build the library would take. */
const RUNTIME = "ort-wasm-simd-threaded";

const NOTICE = `The files ort-wasm-simd-threaded.* are ONNX Runtime for the web, unchanged, from the npm package
onnxruntime-web, which @xenova/transformers runs models with. Copyright Microsoft Corporation, MIT License:
https://github.com/microsoft/onnxruntime/blob/main/LICENSE
`;

/** ONNX's WebAssembly runtime (14 MB) under `onnx/`, loaded when a sentence encoder other than the built-in one is chosen. */
export function onnxAssets(): Plugin {
  const transformers = createRequire(import.meta.url).resolve("@xenova/transformers");
  const dist = dirname(createRequire(transformers).resolve("onnxruntime-web/wasm"));
  return {
    ...staticAssets({
      name: "steadfast:onnx-assets",
      folder: "onnx",
      files: {
        [`${RUNTIME}.js`]: { from: join(dist, `${RUNTIME}.mjs`) }, // some hosts don't know .mjs for a script
        [`${RUNTIME}.wasm`]: { from: join(dist, `${RUNTIME}.wasm`) },
        "NOTICE.txt": { text: NOTICE },
      },
    }),
    // Or the bundler would take the runtime's code and its largest binary (27 MB) into the site a second time.
    config: () => ({
      resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
    }),
  };
}
