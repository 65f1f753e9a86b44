/** LoRA steps and decoding against npm `@genai-fi/nanogpt`, at one shape on one backend. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Skip, type Bench } from "./bench";
import { countGpu } from "./gpu-counters";
import { type Counted, each, type Measured, type Task } from "./nanogpt-task";
import { loadPair, randomRows, randomSequences, type Shape } from "./random-model";
import { milliseconds, ratio, spread, written } from "./rounds";
import { isSoftwareGpu } from "../../src/app/device-check";
import { start } from "./start";
import { answers, loraSteps } from "./steps";

const PACKAGE = "@genai-fi/nanogpt";
const VERSION = "1.3.0";
/** What its models offer of GPT-2: RMS norm and rotary positions take the place of ours. */
const LAYERS = 4;
const STEPS = 2;
const PROMPT = "the quick";

interface Setting {
  readonly shape: Shape;
  readonly batch: number;
  readonly rounds: number;
  /** Their difference leaves out of a token's counts what is done once. */
  readonly tokens: Task["tokens"];
}

const SETTING: Setting = {
  shape: { layers: LAYERS, heads: 4, width: 128, vocabulary: 256, positions: 128 },
  ...{ batch: 4, rounds: 3, tokens: { few: 24, many: 40 } },
};
/** A software GPU needs minutes for a step at that size. Layers alone decide what is dispatched. */
const NARROW: Setting = {
  shape: { layers: LAYERS, heads: 2, width: 64, vocabulary: 256, positions: 32 },
  ...{ batch: 1, rounds: 1, tokens: { few: 8, many: 16 } },
};

export const nanogpt: Bench = {
  name: "nanogpt",
  about: `a LoRA step and ${SETTING.tokens.many} tokens against ${PACKAGE} ${VERSION}, ${LAYERS} layers of ${SETTING.shape.width}`,
  quick: false,
  backends: ["cpu", "webgpu"], // it has no wasm
  async run(kind) {
    const backend = kind === "webgpu" ? kind : "cpu";
    const version = installedVersion();
    const device = await start(backend);
    const setting = isSoftwareGpu(device) ? NARROW : SETTING;
    const { shape, batch, rounds, tokens } = setting;
    const { model } = await loadPair(shape, "2d");
    const sequences = randomSequences(batch, shape.positions, shape);
    const prompts = randomRows(1, PROMPT.length, shape.vocabulary);
    const work = {
      step: (steps: number) => loraSteps(model, sequences, steps),
      decode: (count: number) => answers(model, prompts, count),
    };
    await work.step(2);
    await work.decode(tokens.many);
    const step = { ours: [] as number[], theirs: [] as number[] };
    const decode = { ours: [] as number[], theirs: [] as number[] };
    let theirCounts: Measured["counts"] = null;
    for (let round = 0; round < rounds; round++) {
      step.ours.push(await milliseconds(() => work.step(1)));
      decode.ours.push(await milliseconds(() => work.decode(tokens.many)));
      const theirs = measure(backend, setting);
      step.theirs.push(spread(theirs.steps).median);
      decode.theirs.push(theirs.decode);
      theirCounts = theirs.counts;
    }
    const counts = theirCounts && {
      step: { ours: await count(work.step, 1, 2), theirs: theirCounts.step },
      token: {
        ours: await count(work.decode, tokens.few, tokens.many),
        theirs: theirCounts.token,
      },
    };
    const compared = ({ ours, theirs }: typeof step) => ({
      ...{ ms: spread(ours), theirMs: spread(theirs), ratio: ratio(theirs, ours) },
    });
    const figures = { version, loraStep: compared(step), decode: compared(decode), counts };
    const line = (title: string, { ms, theirMs, ratio: faster }: ReturnType<typeof compared>) =>
      `${title}: ${written(ms, 0)} ms against ${written(theirMs, 0)} ms, ${written(faster)} ×`;
    const counted = Object.entries(counts ?? {}).map(
      ([title, { ours, theirs }]) =>
        `a ${title}: ${ours.dispatches} dispatches against ${theirs.dispatches}, ${(theirs.dispatches / ours.dispatches).toFixed(1)} ×; ` +
        `${ours.readbacks} read-backs against ${theirs.readbacks}`,
    );
    return {
      figures,
      lines: [
        `${backend} on ${device}, ${PACKAGE} ${version}`,
        ...counted,
        line(`a LoRA step, ${batch} × ${shape.positions}`, figures.loraStep),
        line(`${tokens.many} tokens after ${PROMPT.length}`, figures.decode),
      ],
    };
  },
};

async function count(
  work: (count: number) => Promise<unknown>,
  few: number,
  many: number,
): Promise<Counted> {
  const [short, long] = [await countGpu(() => work(few)), await countGpu(() => work(many))];
  return each(short, long, many - few);
}

function measure(backend: Task["backend"], { shape, batch, tokens }: Setting): Measured {
  const task: Task = {
    ...{ backend, shape, batch, steps: STEPS, prompt: PROMPT, tokens },
    addresses: { nanogpt: addressOf(PACKAGE), webgpu: addressOf("webgpu") },
  };
  const script = join(dirname(process.argv[1]!), "nanogpt-theirs.js");
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, JSON.stringify(task)], {
    encoding: "utf8",
  });
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
