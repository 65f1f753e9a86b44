/** Greedy answers at GPT-2 124M against transformers.js: the same weights, one thread of WebAssembly and a key-value cache on both sides. */
import { loadGpt2 } from "../../src/engine/gpt2/load";
import type { Bench } from "./bench";
import { GPT2_124M, randomFiles, randomRows } from "./random-model";
import { inTurns, ratio, spread, written } from "./rounds";
import { start } from "./start";
import { answers } from "./steps";
import { loadTransformersGpt2 } from "./transformers-js";

const [PROMPT, TOKENS] = [128, 64];
const ROWS = [1, 5];
const ROUNDS = 3;

export const transformers: Bench = {
  name: "transformers",
  about: "64 tokens after 128 at 124M, 1 and 5 rows, against transformers.js on ONNX's wasm",
  quick: false,
  backends: ["wasm"],
  async run(backend) {
    const theirs = await loadTransformersGpt2(GPT2_124M);
    const device = await start(backend);
    const ours = await loadGpt2(randomFiles("random GPT-2", GPT2_124M));
    const engines = {
      ours: async (prompts: number[][], tokens: number) =>
        (await answers(ours, prompts, tokens, 0)).map(({ ids }) => ids),
      theirs: (prompts: number[][], tokens: number) => theirs.greedy(prompts, tokens),
    };
    const figures: Record<string, unknown> = {};
    const lines = [`greedy on ${device} each, the same tokens on both sides`];
    for (const rows of ROWS) {
      const prompts = randomRows(rows, PROMPT, GPT2_124M.vocabulary);
      const said = new Map<string, string>();
      const by = (engine: keyof typeof engines, tokens: number) => async () =>
        void said.set(
          `${engine} ${tokens}`,
          JSON.stringify(await engines[engine](prompts, tokens)),
        );
      const times = await inTurns(ROUNDS, {
        ourFirst: by("ours", 1),
        theirFirst: by("theirs", 1),
        ours: by("ours", TOKENS),
        theirs: by("theirs", TOKENS),
      });
      for (const tokens of [1, TOKENS]) {
        const [our, their] = [said.get(`ours ${tokens}`), said.get(`theirs ${tokens}`)];
        if (our !== their) throw new Error(`ours answered ${our}, transformers.js ${their}`);
      }
      const compared = (ours: readonly number[], theirs: readonly number[]) => ({
        ...{ ms: spread(ours), theirMs: spread(theirs), ratio: ratio(theirs, ours) },
      });
      const later = (all: readonly number[], first: readonly number[]) =>
        all.map((ms, round) => (ms - first[round]!) / (TOKENS - 1));
      const found = {
        answers: compared(times.ours, times.theirs),
        firstToken: compared(times.ourFirst, times.theirFirst),
        laterToken: compared(
          later(times.ours, times.ourFirst),
          later(times.theirs, times.theirFirst),
        ),
      };
      figures[`rows${rows}`] = found;
      for (const [title, { ms, theirMs, ratio: faster }] of Object.entries(found)) {
        lines.push(
          `${rows} rows, ${title.padEnd(10)} ${written(ms, 0)} ms against ${written(theirMs, 0)} ms, ${written(faster, 2)} ×`,
        );
      }
    }
    ours.dispose();
    await theirs.dispose();
    return { figures, lines };
  },
};
