import { defineConfig } from "vite";

/** The wasm backend's loader is written for CommonJS and asks for these two. */
const COMMON_JS_NAMES = `import { createRequire as __createRequire } from "node:module";
import { dirname as __dirnameOf } from "node:path";
import { fileURLToPath as __fileURLToPath } from "node:url";
const require = __createRequire(import.meta.url);
const __dirname = __dirnameOf(__fileURLToPath(import.meta.url));`;

/** The command line, bundled for Node: tfjs's ESM does not load in plain Node. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: "dist-cli",
    target: "node20",
    rolldownOptions: {
      input: {
        steadfast: "src/cli/main.ts",
        "encoder-thread": "src/cli/encoder-thread.ts",
        parity: "src/cli/parity.ts",
        example: "src/cli/example.ts",
        bench: "tests/bench/main.ts",
        "nanogpt-theirs": "tests/bench/nanogpt-theirs.ts",
        "study-times": "tests/fixtures/study-times/record.ts",
      },
      output: { banner: COMMON_JS_NAMES },
      checks: { bundlerTimings: false },
    },
  },
  ssr: { noExternal: [/^@tensorflow\//] },
});
