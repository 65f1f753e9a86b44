/**
 * `@xenova/transformers` made to read only what it is handed: no hub, no CDN, no cache of its own. Which files a model
 * is made of, where they come from and how long they are kept is decided by its caller. Imported when first asked for.
 */
type Transformers = typeof import("@xenova/transformers");

/** A model's files by their path in the hub's layout: "config.json", "onnx/model.onnx". */
export type ModelBundle = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** File of ONNX's WebAssembly runtime, as the site has it under `onnx/` (vite-plugins/onnx-assets.ts). */
const RUNTIME = "ort-wasm-simd-threaded";

const bundles = new Map<string, ModelBundle>();
let library: Promise<Transformers> | null = null;
let loads = 0;

/**
 * Calls `load` with the library and the id under which the library finds the bundle, and forgets the bundle afterwards.
 *
 * @param runtimeUrl absolute folder of the WebAssembly runtime, ending in "/"; null in Node, whose runtime is native.
 */
export async function withBundle<T>(
  bundle: ModelBundle,
  runtimeUrl: string | null,
  load: (transformers: Transformers, id: string) => Promise<T>,
): Promise<T> {
  library ??= start(runtimeUrl);
  const transformers = await library;
  const id = `bundle-${++loads}`; // never used again: the library remembers configs by id
  bundles.set(id, bundle);
  try {
    return await load(transformers, id);
  } finally {
    bundles.delete(id);
  }
}

async function start(runtimeUrl: string | null): Promise<Transformers> {
  const transformers = await import("@xenova/transformers");
  const { env, LogLevel } = transformers;
  env.logLevel = LogLevel.ERROR;
  env.allowLocalModels = false;
  env.useFS = false;
  env.useFSCache = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.useCustomCache = true;
  env.customCache = { match: async (address) => find(address), put: async () => {} };
  env.fetch = async () => new Response(null, { status: 404 }); // what no bundle holds doesn't exist
  const { wasm } = env.backends.onnx;
  if (wasm && runtimeUrl !== null) {
    wasm.wasmPaths = { mjs: `${runtimeUrl}${RUNTIME}.js`, wasm: `${runtimeUrl}${RUNTIME}.wasm` };
    wasm.numThreads = 1; // more need a cross-origin-isolated page, and give other bits
  }
  return transformers;
}

/** @param address anything that ends in ID/FILE or ID/resolve/REVISION/FILE. */
function find(address: string): Response | undefined {
  const [, id, file] = /(bundle-\d+)\/(?:resolve\/[^/]+\/)?(.+)$/.exec(address) ?? [];
  const bytes = bundles.get(id ?? "")?.get(file ?? "");
  return bytes && new Response(bytes, { headers: { "Content-Length": String(bytes.length) } });
}
