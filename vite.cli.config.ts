import { defineConfig } from "vite";

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
        parity: "src/cli/parity.ts",
        bench: "tests/bench/main.ts",
      },
    },
  },
  ssr: { noExternal: [/^@tensorflow\//] },
});
