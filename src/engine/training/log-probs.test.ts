import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startBackend } from "../backend";
import { entropy, tokenLogProbs } from "./log-probs";
import { selectRows } from "./select-rows";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
const logits = [
  [1, 2, 3, -1],
  [0, 0, 0, 0],
  [50, -50, 2, 3],
];
const targets = [2, 3, 1];

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  const start = () => startBackend(backend, { wasmPath });

  test("log-probabilities and entropy follow their definitions", async () => {
    await start();
    const z = tf.tensor2d(logits);
    const p = logits.map(softmax);
    expect(await tokenLogProbs(z, tf.tensor1d(targets, "int32")).data()).toBeAllClose(
      p.map((row, i) => Math.log(row[targets[i]!]!)),
    );
    const plogp = (row: number[]) => row.reduce((sum, x) => sum - (x > 0 ? x * Math.log(x) : 0), 0);
    expect(await entropy(z).data()).toBeAllClose(p.map(plogp), { atol: 1e-5 });
  });

  test("the gradient is dy · (one-hot − softmax)", async () => {
    await start();
    const dy = [1, -2, 0.5];
    const gradient = tf.grad((z) => tokenLogProbs(z as tf.Tensor2D, tf.tensor1d(targets, "int32")));
    const actual = await gradient(tf.tensor2d(logits), tf.tensor1d(dy)).data();
    const expected = logits.flatMap((row, i) =>
      softmax(row).map((p, j) => dy[i]! * (Number(j === targets[i]) - p)),
    );
    expect(actual).toBeAllClose(expected);
  });

  test("rows that were not selected have no gradient", async () => {
    await start();
    const rows = tf.tensor1d([2, 0], "int32");
    const x = tf.tensor2d(logits);
    expect(await selectRows(x, rows).data()).toEqual(
      Float32Array.from([...logits[2]!, ...logits[0]!]),
    );
    const gradient = tf.grad((z) => selectRows(z as tf.Tensor2D, rows));
    const dy = tf.tensor2d([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    expect([...(await gradient(x, dy).data())]).toEqual([5, 6, 7, 8, 0, 0, 0, 0, 1, 2, 3, 4]);
  });
});

test("a row's log-probabilities are those of a distribution", async () => {
  await startBackend("cpu");
  const rows = fc.array(fc.double({ min: -80, max: 80, noNaN: true }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(rows, async (row) => {
      const every = tf.tensor1d(
        row.map((_, i) => i),
        "int32",
      );
      const logProbs = await tokenLogProbs(
        tf.tensor2d(row.map(() => row)),
        every,
      ).data<"float32">();
      const total = logProbs.reduce((sum, x) => sum + Math.exp(x), 0);
      expect([total]).toBeAllClose([1], { atol: 1e-4 });
    }),
  );
});

function softmax(row: number[]): number[] {
  const exponentials = row.map((z) => Math.exp(z - Math.max(...row)));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((e) => e / sum);
}
