import { existsSync } from "node:fs";
import { mkdir, open, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CONFIG, MERGES, TOKENIZER, TOKENIZER_CONFIG, VOCABULARY, WEIGHTS } from "../core/models/layout"; // prettier-ignore
import { foldIn, safetensorsOf } from "../engine/adapter/merged";
import { type ModelFiles, loadGpt2 } from "../engine/gpt2/load";
import { readAdapter } from "./adapter-folder";
import { startWasm } from "./backend";
import { type Command, readArgs } from "./command";
import { UsageError, readingInput } from "./errors";
import { TARGET_HELP, openModel } from "./target";

const help = `Writes a GPT-2 with an adapter merged into its weights, in the hub's layout.

Usage: npm run steadfast -- export --model MODEL --adapter DIR --out DIR

  --model MODEL   ${TARGET_HELP}
  --adapter DIR   a LoRA adapter in PEFT's format; leave it out to write the model as it is
  --out DIR       a folder that is new or empty: config.json, model.safetensors (float32) and the
                  tokenizer, as transformers' from_pretrained and this program load them

The merged model answers without the adapter as the model did with it, to rounding.
`;

/** A tokenizer's files: those that there are go along. */
const TOKENIZERS = [TOKENIZER, TOKENIZER_CONFIG, VOCABULARY, MERGES];

export const exportCommand: Command = {
  name: "export",
  summary: "a model with an adapter merged into it, as a folder of its own",
  help,
  async run(argv) {
    const { values } = readArgs(
      argv,
      { model: { type: "string" }, adapter: { type: "string" }, out: { type: "string" } },
      { names: [] },
    );
    const { model: target, adapter: adapterFolder, out } = values;
    if (target === undefined) throw new UsageError("--model MODEL is missing. See --help.");
    if (out === undefined) throw new UsageError("--out DIR is missing. See --help.");
    if (existsSync(join(out, CONFIG)) || existsSync(join(out, WEIGHTS))) {
      throw new UsageError(`${out} holds a model already; name a folder that is new or empty`);
    }
    const files = await openModel(target);
    const adapter = adapterFolder === undefined ? null : await readAdapter(adapterFolder);
    await startWasm();
    const model = await readingInput(() => loadGpt2(files));
    try {
      await readingInput(() => foldIn(model, adapter));
      await readingInput(() => mkdir(out, { recursive: true }));
      await copySmallFiles(files, out);
      await writeParts(join(out, WEIGHTS), safetensorsOf(model));
    } finally {
      model.dispose();
    }
    process.stdout.write(`${out}\n`);
  },
};

async function copySmallFiles(files: ModelFiles, out: string): Promise<void> {
  const config = JSON.parse(new TextDecoder().decode(await files.read(CONFIG))) as object;
  const written = { ...config, torch_dtype: "float32" };
  await writeFile(join(out, CONFIG), `${JSON.stringify(written, null, 2)}\n`);
  for (const file of TOKENIZERS) {
    if (files.names?.has(file)) await writeFile(join(out, file), await files.read(file));
  }
}

/** Under another name until it is whole. */
async function writeParts(path: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${path}.new`;
  const file = await open(part, "w");
  try {
    for await (const piece of parts) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}
