/** LoRA steps and decoding against npm `@genai-fi/nanogpt`, at one shape on one backend. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BackendKind } from "../../src/engine/backend";
import { Skip, type Bench } from "./bench";
import { loadPair, randomRows, randomSequences, type Shape } from "./random-model";
import { milliseconds, ratio, spread, written } from "./rounds";
import { start } from "./start";
import { answers, loraSteps } from "./steps";

const PACKAGE = "@genai-fi/nanogpt";
const VERSION = "1.3.0";
const ROUNDS = 3;
/** Small enough for a software GPU; what its models offer of GPT-2: RMS norm and rotary positions take the place of ours. */
const SHAPE: Shape = { layers: 4, heads: 4, width: 128, vocabulary: 256, positions: 128 };
const BATCH = 4;
const STEPS = 2;
const PROMPT = "the quick";
const TOKENS = 40;

/** Milliseconds of each LoRA step, and of decoding once. */
interface Measured {
  readonly steps: readonly number[];
  readonly decode: number;
}

/**
 * Theirs, in a process of its own: two copies of tfjs in one share their kernels. Its tfjs takes Node's platform, which fails to load in a
 * bundle, unless it is kept from seeing Node.
 */
const program = (backend: BackendKind) => `
if (${backend === "webgpu"}) {
  const { create, globals } = await import(${JSON.stringify(addressOf("webgpu"))});
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]) }, configurable: true });
}
const versions = process.versions;
Object.defineProperty(process, "versions", { value: {}, configurable: true });
Object.assign(globalThis, { window: globalThis, document: {} });
console.log = console.warn = () => {};
Object.getPrototypeOf(Object.getPrototypeOf([].values())).reduce ??= function (add, value) { // Node 22 has it
  for (const item of this) value = add(value, item);
  return value;
};
const { TeachableLLM, data } = await import(${JSON.stringify(addressOf(PACKAGE))});
await TeachableLLM.selectBackend(${JSON.stringify(backend)});
const model = TeachableLLM.create("char", {
  modelType: "GenAI_NanoGPT_v1", useRope: true, mlpFactor: 4,
  vocabSize: ${SHAPE.vocabulary}, blockSize: ${SHAPE.positions},
  nLayer: ${SHAPE.layers}, nHead: ${SHAPE.heads}, nEmbed: ${SHAPE.width},
});
Object.defineProperty(process, "versions", { value: versions });
const content = "abcdefghijklmnopqrstuvwxyz ";
await model.trainTokeniser([new data.MemoryConversationStream([[{ role: "text", content }]])]);
const tokens = Uint16Array.from({ length: ${BATCH * (SHAPE.positions + 1) * 12} }, (_, i) => (7 * i) % 27);
const ends = [];
await new Promise((resolve, reject) => {
  model.training.on("progress", () => {
    ends.push(performance.now());
    if (ends.length === ${STEPS + 2}) model.training.cancel();
  });
  for (const end of ["completed", "cancelled"]) model.training.on(end, resolve);
  model.training.on("error", (_, error) => reject(error));
  model.training.job({
    method: { type: "supervised", supervised: "lora" }, loraName: "bench",
    loraConfig: { rank: 8, alpha: 16, variables: ["*cAttn*"] },
    batchSize: ${BATCH}, maxEpochs: 8, logInterval: 1, learningRate: 1e-4,
  }, [tokens], [{ id: "bench", name: "bench", conversational: false }]).catch(reject);
});
const answer = async () => {
  for (;;) {
    const start = performance.now();
    const { output } = await model.responses.create({
      input: ${JSON.stringify(PROMPT)}, maxLength: ${TOKENS}, nonConversational: true, temperature: 1,
    });
    const ms = performance.now() - start;
    if (output[0]._output.length === ${TOKENS}) return ms; // else it drew the end of the text
  }
};
await answer();
const decode = await answer();
process.stdout.write(JSON.stringify({ steps: ends.slice(1).map((end, i) => end - ends[i]).slice(1), decode }));
process.exit(0);
`;

export const nanogpt: Bench = {
  name: "nanogpt",
  about: `a LoRA step and ${TOKENS} tokens against ${PACKAGE} ${VERSION}, ${SHAPE.layers} layers of ${SHAPE.width}`,
  quick: false,
  backends: ["cpu", "webgpu"], // it has no wasm
  async run(backend) {
    const version = installedVersion();
    const device = await start(backend);
    const { model } = await loadPair(SHAPE, "2d");
    const sequences = randomSequences(BATCH, SHAPE.positions, SHAPE);
    const prompts = randomRows(1, PROMPT.length, SHAPE.vocabulary);
    await loraSteps(model, sequences, 1);
    await answers(model, prompts, TOKENS);
    const step = { ours: [] as number[], theirs: [] as number[] };
    const decode = { ours: [] as number[], theirs: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      step.ours.push(await milliseconds(() => loraSteps(model, sequences, 1)));
      decode.ours.push(await milliseconds(() => answers(model, prompts, TOKENS)));
      const theirs = measure(backend);
      step.theirs.push(spread(theirs.steps).median);
      decode.theirs.push(theirs.decode);
    }
    const compared = ({ ours, theirs }: typeof step) => ({
      ...{ ms: spread(ours), theirMs: spread(theirs), ratio: ratio(theirs, ours) },
    });
    const figures = { version, loraStep: compared(step), decode: compared(decode) };
    const line = (title: string, { ms, theirMs, ratio: faster }: ReturnType<typeof compared>) =>
      `${title}: ${written(ms, 0)} ms against ${written(theirMs, 0)} ms, ${written(faster)} ×`;
    return {
      figures,
      lines: [
        `${backend} on ${device}, ${PACKAGE} ${version}`,
        line(`a LoRA step, ${BATCH} × ${SHAPE.positions}`, figures.loraStep),
        line(`${TOKENS} tokens after ${PROMPT.length}`, figures.decode),
      ],
    };
  },
};

function measure(backend: BackendKind): Measured {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program(backend)],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${PACKAGE} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}

const fromHere = createRequire(join(process.cwd(), "package.json"));

function addressOf(name: string): string {
  return pathToFileURL(fromHere.resolve(name)).href;
}

/** @throws Skip if it is not installed: it brings 130 packages that nothing else needs. */
function installedVersion(): string {
  let main: string;
  try {
    main = addressOf(PACKAGE);
  } catch {
    throw new Skip(`install it with npm install --no-save --ignore-scripts ${PACKAGE}@${VERSION}`);
  }
  const manifest = readFileSync(new URL("../package.json", main), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
