import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import { defineConfig } from "eslint/config";
import ts from "typescript-eslint";

/** What each folder of src/ may import: other folders, and packages. Everything else is an error. */
const layers = {
  core: { folders: [], packages: ["valibot", "papaparse", "fflate", "hyparquet"] },
  protocol: { folders: ["core"], packages: [] },
  engine: { folders: ["core"], packages: ["@tensorflow", "@huggingface", "@xenova"] },
  storage: { folders: ["core"], packages: ["idb"] },
  clients: { folders: ["core"], packages: ["openai"] },
  app: { folders: ["core", "protocol", "storage", "clients"], packages: ["svelte"] },
  ui: { folders: ["core", "app"], packages: ["svelte", "uplot"] },
};

const boundaries = Object.entries(layers).map(([layer, { folders, packages }]) => {
  const banned = Object.keys(layers).filter((other) => other !== layer && !folders.includes(other));
  const allowed = packages.map((name) => `(?!${name}(/|$))`).join("");
  const patterns = [
    {
      regex: `^(\\.\\./)+(${[...banned, "workers"].join("|")})(/|$)`,
      message: `${layer}/ may import only from: ${[layer, ...folders].join(", ")}`,
    },
    {
      regex: `^${allowed}[@a-z]`,
      message: `${layer}/ may use only these packages: ${packages.join(", ") || "none"}`,
    },
  ];
  return {
    files: [`src/${layer}/**`],
    ignores: ["**/*.test.ts", "**/*.bench.ts"],
    rules: { "no-restricted-imports": ["error", { patterns }] },
  };
});

/** Entries wire things together: they see everything but the screen. */
const entries = {
  files: ["workers/**", "src/cli/**"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { regex: "^(\\.\\./)+(src/)?(app|ui)/", message: "an entry may not import app/ or ui/" },
        ],
      },
    ],
  },
};

export default defineConfig(
  {
    ignores: [
      "dist/",
      "dist-cli/",
      "public/",
      "test-results/",
      "playwright-report/",
      "src/engine/simd/assembly/",
    ],
  },
  js.configs.recommended,
  { files: ["**/*.ts", "**/*.svelte"], extends: [ts.configs.recommendedTypeChecked] },
  svelte.configs.recommended,
  {
    files: ["**/*.ts", "**/*.svelte"],
    languageOptions: {
      parserOptions: { parser: ts.parser, projectService: true, extraFileExtensions: [".svelte"] },
    },
    rules: {
      "no-undef": "off", // TypeScript's work
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    files: ["scripts/**/*.js", "vite-plugins/**/*.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
  boundaries,
  entries,
);
