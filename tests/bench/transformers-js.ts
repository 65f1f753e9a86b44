/** GPT-2 run by transformers.js with ONNX's WebAssembly on one thread, in Node as in a browser. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Tensor } from "@xenova/transformers";
import { withBundle } from "../../src/engine/encoder/onnx-runtime";
import { onnxGpt2 } from "./onnx-gpt2";
import { gpt2Config, randomTensors, type Shape } from "./random-model";

export interface TransformersGpt2 {
  /** The likeliest tokens after prompts of one length, all rows at once, with the library's own key-value cache. */
  greedy(prompts: readonly (readonly number[])[], tokens: number): Promise<number[][]>;
  dispose(): Promise<unknown>;
}

/** The model of `randomFiles(name, shape)`. */
export async function loadTransformersGpt2(shape: Shape): Promise<TransformersGpt2> {
  const runtime = await useWebAssembly();
  const bundle = new Map([
    ["config.json", Uint8Array.from(gpt2Config(shape))],
    ["onnx/model.onnx", onnxGpt2(shape, randomTensors(shape))],
  ]);
  return withBundle(bundle, null, async ({ AutoModelForCausalLM, env, Tensor }, id) => {
    Object.assign(env.backends.onnx.wasm!, { wasmPaths: runtime, numThreads: 1 });
    const model = await AutoModelForCausalLM.from_pretrained(id, {
      device: "auto", // the only one there is, by `useWebAssembly`
      dtype: "fp32",
    });
    const tensor = (rows: readonly (readonly number[])[]) =>
      new Tensor("int64", BigInt64Array.from(rows.flat().map(BigInt)), [
        rows.length,
        rows[0]!.length,
      ]);
    return {
      async greedy(prompts, tokens) {
        const output = (await model.generate({
          inputs: tensor(prompts),
          attention_mask: tensor(prompts.map((ids) => ids.map(() => 1))),
          max_new_tokens: tokens,
          do_sample: false,
          eos_token_id: -1, // no token is
        })) as Tensor;
        const rows = output.tolist() as bigint[][];
        return rows.map((row, i) => row.slice(prompts[i]!.length).map(Number));
      },
      dispose: () => model.dispose(),
    };
  });
}

/** In Node the library would take ONNX's native runtime, unless it is given another. Must precede its import. @returns its folder. */
async function useWebAssembly(): Promise<string> {
  const fromHere = createRequire(join(process.cwd(), "package.json"));
  const fromLibrary = createRequire(fromHere.resolve("@xenova/transformers"));
  const address = pathToFileURL(fromLibrary.resolve("onnxruntime-web")).href;
  const runtime = (await import(/* @vite-ignore */ address)) as { default: object };
  Object.assign(globalThis, { [Symbol.for("onnxruntime")]: runtime.default });
  return new URL("./", address).href;
}
