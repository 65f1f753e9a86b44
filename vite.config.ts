import { resolve } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { useSwiftShader } from "./tests/swiftshader.ts";
import { contentSecurityPolicy } from "./vite-plugins/content-security-policy.ts";
import { firstView } from "./vite-plugins/first-view.ts";
import { encoderAssets } from "./vite-plugins/encoder-assets.ts";
import { goldenAssets } from "./vite-plugins/golden-assets.ts";
import { onnxAssets } from "./vite-plugins/onnx-assets.ts";
import { serviceWorker } from "./vite-plugins/service-worker.ts";
import { threadedWasm } from "./vite-plugins/threaded-wasm.ts";
import { wasmAssets } from "./vite-plugins/wasm-assets.ts";
import { words } from "./vite-plugins/words/plugin.ts";

if (process.env["VITEST"]) useSwiftShader(process.env); // vitest's workers inherit it

export default defineConfig({
  // Relative addresses: the built site works from any base path on a plain static host.
  base: "./",
  plugins: [
    words({ pseudo: process.env["STEADFAST_WORDS"] === "pseudo" }),
    svelte(),
    contentSecurityPolicy(),
    encoderAssets(),
    wasmAssets(),
    onnxAssets(),
    goldenAssets(),
    serviceWorker(),
  ],
  worker: {
    format: "es",
    plugins: () => [threadedWasm()],
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  // Isolated, the page may share memory between threads. A host without these headers serves it as well, on one thread.
  preview: {
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    },
  },
  build: {
    target: "es2023",
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      checks: { bundlerTimings: false },
      output: { codeSplitting: { groups: [{ name: firstView(resolve("src/main.ts")) }] } },
    },
  },
  test: {
    include: [
      "src/**/*.test.ts",
      "workers/**/*.test.ts",
      "tests/parity/**/*.test.ts",
      "tests/study/**/*.test.ts",
      "tests/fuzz/**/*.test.ts",
      "tests/cli/**/*.test.ts",
      "tests/faults/**/*.test.ts",
      "tests/bench/**/*.test.ts",
      "vite-plugins/**/*.test.ts",
    ],
    setupFiles: ["tests/setup.ts"],
    // tfjs ships ESM without file extensions; only inlined does its gradient registry load (docs/decisions.md).
    server: { deps: { inline: [/@tensorflow/] } },
    maxWorkers: 2, // vitest would leave one of two cores idle
    testTimeout: 120_000,
    hookTimeout: 300_000, // some run a whole study or build the command line first
  },
});
