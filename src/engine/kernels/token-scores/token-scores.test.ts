import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../../tests/backends";
import { normal, toTensor, whole } from "../example";
import { tokenDivergence } from "./divergence";
import { tokenScores } from "./token-scores";

afterEach(expectNoGpuErrors);

const [rows, width, vocabulary] = [70, 12, 21]; // more rows than a chunk of the plain form
const states = normal("states", [rows, width]);
const others = normal("others", [rows, width]);
const wte = normal("wte", [vocabulary, width]);
const targets = whole("targets", [rows], vocabulary);

/** Log-probabilities of all tokens in float64. */
function logDistributions({ values }: { values: ArrayLike<number> }): number[][] {
  return Array.from({ length: rows }, (_, row) => {
    const z = Array.from({ length: vocabulary }, (_, token) => {
      let sum = 0;
      for (let d = 0; d < width; d++) {
        sum += values[row * width + d]! * wte.values[token * width + d]!;
      }
      return sum;
    });
    const normaliser = Math.log(z.reduce((sum, x) => sum + Math.exp(x), 0));
    return z.map((x) => x - normaliser);
  });
}

const score = (gradient: boolean) =>
  tf.tidy(() =>
    tokenScores(
      {
        states: toTensor(states) as tf.Tensor2D,
        targets: toTensor(targets) as tf.Tensor1D,
        wte: toTensor(wte) as tf.Tensor2D,
      },
      { gradient },
    ),
  );
const read = (tensors: tf.Tensor[]) => Promise.all(tensors.map((tensor) => tensor.data()));

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each([true, false])("scores follow their definitions, gradient %s", async (gradient) => {
    const [logProbs, , entropy, slope] = await read(score(gradient));
    const logP = logDistributions(states);
    expect(logProbs).toBeAllClose(
      logP.map((row, i) => row[targets.values[i]!]!),
      { atol: 2e-5 },
    );
    expect(entropy).toBeAllClose(
      logP.map((row) => row.reduce((sum, x) => sum - Math.exp(x) * x, 0)),
      { atol: 2e-5 },
    );
    if (!gradient) return;
    const expected = logP.flatMap((row, i) =>
      Array.from({ length: width }, (_, d) => {
        const mean = row.reduce((sum, x, t) => sum + Math.exp(x) * wte.values[t * width + d]!, 0);
        return wte.values[targets.values[i]! * width + d]! - mean;
      }),
    );
    expect(slope).toBeAllClose(expected, { atol: 2e-5 });
  });

  test("the divergence follows its definition", async () => {
    const [logP, logQ] = [logDistributions(states), logDistributions(others)];
    const [p, q] = [states, others].map((each) => toTensor(each) as tf.Tensor2D);
    const head = { wte: toTensor(wte) as tf.Tensor2D };
    const normaliser = (x: tf.Tensor2D) =>
      tokenScores(
        { states: x, targets: toTensor(targets) as tf.Tensor1D, ...head },
        { gradient: false },
      )[1] as tf.Tensor1D;
    const [divergence] = tokenDivergence(
      { p: p!, q: q!, pNormaliser: normaliser(p!), qNormaliser: normaliser(q!), ...head },
      {},
    );
    const expected = logP.map((row, i) =>
      row.reduce((sum, x, t) => sum + Math.exp(x) * (x - logQ[i]![t]!), 0),
    );
    expect(await divergence.data()).toBeAllClose(expected, { atol: 5e-5 });
  });
});
