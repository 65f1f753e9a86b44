/** Answers at GPT-2 124M: with the key-value cache, against computing the whole text again for every token. */
import * as tf from "@tensorflow/tfjs-core";
import { mulberry32 } from "../../src/core/random";
import type { Bench } from "./bench";
import { decodeConcatenating, decodeRecomputing, type Pick, sampling } from "./plain/decode";
import type { PlainGpt2 } from "./plain/model";
import { GPT2_124M, loadPair, randomRows } from "./random-model";
import { inTurns, milliseconds, ratio, spread, written } from "./rounds";
import { start } from "./start";
import { answers } from "./steps";

const [PROMPT, TOKENS] = [128, 64];
const ROWS = [1, 5, 40];
const ROUNDS = 3;
/** Recomputing 40 rows takes a minute a token on a CPU, so it is done for one round, and by so many that fit its memory. */
const MANY_ROWS = 40;
const RECOMPUTED_AT_ONCE = 5;

export const decode: Bench = {
  name: "decode",
  about: "64 tokens after 128 at 124M, 1, 5 and 40 rows, against recomputing and a concat cache",
  quick: false,
  backends: ["wasm", "webgpu"],
  async run(backend) {
    const device = await start(backend);
    const { model, plain } = await loadPair(GPT2_124M, "2d", { shareWeights: true });
    plain.adapter.variables.forEach((variable) => (variable.trainable = false));
    const figures: Record<string, unknown> = {};
    const lines = [
      `${TOKENS} tokens after ${PROMPT} on ${device}, whole answers, prompts included`,
    ];
    for (const rows of ROWS) {
      const prompts = randomRows(rows, PROMPT, GPT2_124M.vocabulary);
      // A token costs as much as its text is long: the one in the middle is the mean of all.
      const middle = randomRows(rows, PROMPT + TOKENS / 2, GPT2_124M.vocabulary);
      const pick = sampling(mulberry32(1));
      const times = await inTurns(rows === MANY_ROWS ? 1 : ROUNDS, {
        ours: () => answers(model, prompts, TOKENS),
        recomputed: () => recompute(plain, middle, pick),
        ...(rows === MANY_ROWS
          ? {}
          : { concatenated: () => decodeConcatenating(plain, prompts, TOKENS, pick) }),
      } as Record<"ours" | "recomputed" | "concatenated", () => Promise<unknown>>);
      const recomputed = times.recomputed.map((ms) => ms * TOKENS);
      const [ms, faster] = [spread(times.ours), ratio(recomputed, times.ours)];
      const concatenated = times.concatenated && ratio(times.concatenated, times.ours);
      figures[`rows${rows}`] = {
        ...{ ms, recomputingMs: spread(recomputed), ratio: faster },
        ratioToConcatCache: concatenated ?? null,
      };
      lines.push(
        `${String(rows).padStart(2)} rows  ${written(ms, 0)} ms, ${((1000 * rows * TOKENS) / ms.median).toFixed(0)} tokens/s; ` +
          (concatenated ? `concat cache ${written(concatenated)} ×; ` : "") +
          `recomputing ${written(faster)} ×`,
      );
    }
    return { figures, lines };
  },
};

async function recompute(plain: PlainGpt2, rows: number[][], pick: Pick): Promise<void> {
  for (let i = 0; i < rows.length; i += RECOMPUTED_AT_ONCE) {
    await decodeRecomputing(plain, rows.slice(i, i + RECOMPUTED_AT_ONCE), 1, pick);
  }
}

export const prefill: Bench = {
  name: "prefill",
  about: "5 prompts of 128 tokens at 124M up to their first token, against plain tfjs",
  quick: false,
  backends: ["wasm", "webgpu"],
  async run(backend) {
    const device = await start(backend);
    const { model, plain } = await loadPair(GPT2_124M, "2d", { shareWeights: true });
    const prompts = randomRows(5, PROMPT, GPT2_124M.vocabulary);
    const pick = sampling(mulberry32(1));
    const first = (products: "2d" | "3d") => () =>
      decodeRecomputing({ ...plain, products }, prompts, 1, pick);
    const times = await inTurns(ROUNDS, {
      ours: () => answers(model, prompts, 1),
      flat: first("2d"),
    });
    const deep = await milliseconds(first("3d")); // minutes on a CPU
    tf.dispose(plain.adapter.variables);
    const [ms, plainMs, faster] = [
      spread(times.ours),
      spread(times.flat),
      ratio(times.flat, times.ours),
    ];
    return {
      figures: { ms, plainMs, ratio: faster, plain3dMs: deep, ratio3d: deep / ms.median },
      lines: [
        `${prompts.length} × ${PROMPT} tokens on ${device}: ${written(ms, 0)} ms against ${written(plainMs, 0)} ms`,
        `with three-dimensional products ${deep.toFixed(0)} ms, ${(deep / ms.median).toFixed(1)} ×, one round`,
        `ratio ${written(faster)} ×`,
      ],
    };
  },
};
