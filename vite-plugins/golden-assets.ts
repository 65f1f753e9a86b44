import { join } from "node:path";
import type { Plugin } from "vite";
import { staticAssets } from "./static-assets.ts";

const FILES = [
  "gpt2_lora.json",
  "tiny-gpt2.config.json",
  "tiny-gpt2.safetensors",
  "tiny-adapter/adapter_config.json",
  "tiny-adapter/adapter_model.safetensors",
];

/** PyTorch's numbers under `golden/` (0.4 MB), for the self-test page. */
export function goldenAssets(): Plugin {
  const folder = "tests/fixtures/golden";
  return staticAssets({
    name: "steadfast:golden-assets",
    folder: "golden",
    files: Object.fromEntries(FILES.map((file) => [file, { from: join(folder, file) }])),
  });
}
