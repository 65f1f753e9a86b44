/**
 * LoRA steps and decoding by npm `@genai-fi/nanogpt`, in a process of its own: two copies of tfjs in one share their kernels. Run by
 * nanogpt.ts with the addresses of the package and of npm `webgpu`, and what to do, in JSON; prints a `Measured`.
 */
import { type GpuCounts, gpuCounts, gpuCountsSince, installGpuCounters } from "./gpu-counters";
import { each, type Measured, type Task } from "./nanogpt-task";

/** As much of the package as is used; it is not installed with the others. */
interface Package {
  readonly TeachableLLM: {
    selectBackend(name: string): Promise<unknown>;
    create(tokeniser: "char", config: object): Model;
  };
  readonly data: { readonly MemoryConversationStream: new (texts: object[][]) => object };
}

interface Model {
  trainTokeniser(texts: readonly object[]): Promise<unknown>;
  readonly training: {
    on(event: string, listener: (first: unknown, error: Error) => void): void;
    job(method: object, tokens: Uint16Array[], sets: object[]): Promise<unknown>;
    cancel(): void;
  };
  readonly responses: {
    create(request: object): Promise<{ readonly output: { readonly _output?: unknown[] }[] }>;
  };
}

async function measure(task: Task): Promise<Measured> {
  const onGpu = task.backend === "webgpu";
  if (onGpu) await installGpu(task.addresses.webgpu);
  const model = await create(task);
  const steps = await train(model, task, onGpu);
  const answer = answering(model, task.prompt, onGpu);
  const { few, many } = task.tokens;
  await answer(many); // warm up
  const [short, long] = [await answer(few), await answer(many)];
  const counts = steps.last && {
    step: steps.last,
    token: each(short.counts!, long.counts!, many - few),
  };
  return { steps: steps.times, decode: long.ms, counts };
}

async function installGpu(address: string): Promise<void> {
  const { create, globals } = (await import(/* @vite-ignore */ address)) as typeof import("webgpu");
  Object.assign(globalThis, globals);
  const navigator = { gpu: create([]) };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
  installGpuCounters();
}

/** The package's tfjs takes Node's platform, which fails to load in a bundle, unless it is kept from seeing Node. */
async function create({ backend, addresses, shape }: Task): Promise<Model> {
  const { versions } = process;
  Object.defineProperty(process, "versions", { value: {}, configurable: true });
  Object.assign(globalThis, { window: globalThis, document: {} });
  console.log = console.warn = () => {};
  addReduce();
  const { TeachableLLM, data } = (await import(/* @vite-ignore */ addresses.nanogpt)) as Package;
  await TeachableLLM.selectBackend(backend);
  const model = TeachableLLM.create("char", {
    ...{ modelType: "GenAI_NanoGPT_v1", useRope: true, mlpFactor: 4 },
    ...{ vocabSize: shape.vocabulary, blockSize: shape.positions },
    ...{ nLayer: shape.layers, nHead: shape.heads, nEmbed: shape.width },
  });
  Object.defineProperty(process, "versions", { value: versions });
  const content = "abcdefghijklmnopqrstuvwxyz ";
  await model.trainTokeniser([new data.MemoryConversationStream([[{ role: "text", content }]])]);
  return model;
}

/** Iterators have it from Node 22 on. */
function addReduce(): void {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf([].values())) as {
    reduce?: (add: (sum: unknown, item: unknown) => unknown, sum: unknown) => unknown;
  };
  prototype.reduce ??= function (this: Iterable<unknown>, add, sum) {
    for (const item of this) sum = add(sum, item);
    return sum;
  };
}

/** The milliseconds of each step, and what the last asked of the device. */
async function train({ training }: Model, { shape, batch, steps }: Task, onGpu: boolean) {
  const length = batch * (shape.positions + 1) * 12;
  const tokens = Uint16Array.from({ length }, (_, i) => (7 * i) % 27);
  const ends: number[] = [];
  let before: GpuCounts | null = null;
  let last: GpuCounts | null = null;
  await new Promise<void>((resolve, reject) => {
    training.on("progress", () => {
      ends.push(performance.now());
      if (onGpu && ends.length <= steps + 2) {
        last = before && gpuCountsSince(before);
        before = gpuCounts();
      }
      if (ends.length === steps + 2) training.cancel();
    });
    for (const end of ["completed", "cancelled"]) training.on(end, () => resolve());
    training.on("error", (_, error) => reject(error));
    const method = {
      method: { type: "supervised", supervised: "lora" },
      loraName: "bench",
      loraConfig: { rank: 8, alpha: 16, variables: ["*cAttn*"] },
      ...{ batchSize: batch, maxEpochs: 8, logInterval: 1, learningRate: 1e-4 },
    };
    const set = { id: "bench", name: "bench", conversational: false };
    training.job(method, [tokens], [set]).catch(reject);
  });
  const times = ends.slice(1, steps + 2).map((end, i) => end - ends[i]!);
  return { times: times.slice(1), last: last as GpuCounts | null };
}

/** An answer of so many tokens: its milliseconds, and what it asked of the device. @throws Error if it has not so many. */
function answering({ responses }: Model, input: string, onGpu: boolean) {
  return async (maxLength: number): Promise<{ ms: number; counts: GpuCounts | null }> => {
    const before = onGpu ? gpuCounts() : null;
    const start = performance.now();
    const { output } = await responses.create({
      ...{ input, maxLength, nonConversational: true, temperature: 1 },
      allowSpecial: true, // the end of the text ends nothing
    });
    const ms = performance.now() - start;
    const tokens = output[0]!._output?.length ?? 0;
    if (tokens !== maxLength) throw new Error(`asked for ${maxLength} tokens, got ${tokens}`);
    return { ms, counts: before && gpuCountsSince(before) };
  };
}

const found = await measure(JSON.parse(process.argv[2]!) as Task);
process.stdout.write(JSON.stringify(found), () => process.exit(0)); // Dawn would keep the process alive
