/** Answers at GPT-2 124M: with the key-value cache, against computing the whole text again for every token. */
import * as tf from "@tensorflow/tfjs-core";
import { mulberry32 } from "../../src/core/random";
import type { Bench } from "./bench";
import { decodeConcatenating, decodeRecomputing, sampling } from "./plain/decode";
import { GPT2_124M, loadPair, randomRows } from "./random-model";
import { inTurns, milliseconds, ratio, spread, written } from "./rounds";
import { start } from "./start";
import { answers } from "./steps";

const [PROMPT, TOKENS] = [128, 64];
const ROWS = [1, 5, 40];
const ROUNDS = 3;
/** So many rows take minutes on a CPU: one round, and nothing before it. */
const MANY_ROWS = 40;
/** Recomputing is run whole up to so many tokens. For more, the token in the middle is timed: it costs the mean of all. */
const RECOMPUTED_WHOLE = 16;
/** As many as fit its memory. */
const PLAIN_ROWS_AT_ONCE = 5;

export const decode: Bench = {
  name: "decode",
  about: "64 tokens after 128 at 124M, 1, 5 and 40 rows, against recomputing and a concat cache",
  quick: false,
  backends: ["wasm", "webgpu"],
  takesSize: true,
  async run(backend, size = {}) {
    const device = await start(backend);
    const { model, plain } = await loadPair(GPT2_124M, "2d", { shareWeights: true });
    plain.adapter.variables.forEach((variable) => (variable.trainable = false));
    const { tokens = TOKENS } = size;
    const isWhole = tokens <= RECOMPUTED_WHOLE;
    const figures: Record<string, unknown> = { tokens, recomputedWhole: isWhole };
    const lines = [
      `${tokens} tokens after ${PROMPT} on ${device}, whole answers, prompts included`,
      `recomputing: ${isWhole ? "whole answers too" : `the token in the middle, times ${tokens}`}`,
    ];
    for (const rows of size.rows === undefined ? ROWS : [size.rows]) {
      const prompts = randomRows(rows, PROMPT, GPT2_124M.vocabulary);
      const middle = randomRows(rows, PROMPT + tokens / 2, GPT2_124M.vocabulary);
      const pick = sampling(mulberry32(1));
      const isMany = rows >= MANY_ROWS;
      const times = await inTurns(
        isMany ? 1 : ROUNDS,
        {
          ours: () => answers(model, prompts, tokens),
          concatenated: () =>
            inParts(prompts, (part) => decodeConcatenating(plain, part, tokens, pick)),
          recomputed: isWhole
            ? () => inParts(prompts, (part) => decodeRecomputing(plain, part, tokens, pick))
            : () => inParts(middle, (part) => decodeRecomputing(plain, part, 1, pick)),
        },
        { warm: !isMany },
      );
      const recomputed = times.recomputed.map((ms) => (isWhole ? ms : ms * tokens));
      const [ms, faster] = [spread(times.ours), ratio(recomputed, times.ours)];
      const concatenated = ratio(times.concatenated, times.ours);
      figures[`rows${rows}`] = {
        ...{ ms, recomputingMs: spread(recomputed), ratio: faster },
        ratioToConcatCache: concatenated,
      };
      lines.push(
        `${String(rows).padStart(2)} rows  ${written(ms, 0)} ms, ${((1000 * rows * tokens) / ms.median).toFixed(0)} tokens/s; ` +
          `concat cache ${written(concatenated)} ×; recomputing ${written(faster)} ×`,
      );
    }
    return { figures, lines };
  },
};

async function inParts(rows: number[][], work: (part: number[][]) => Promise<unknown>) {
  for (let i = 0; i < rows.length; i += PLAIN_ROWS_AT_ONCE) {
    await work(rows.slice(i, i + PLAIN_ROWS_AT_ONCE));
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
