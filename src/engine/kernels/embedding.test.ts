import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../backend";
import { embedding } from "./embedding";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
const ids = () => tf.tensor1d([2, 0, 2], "int32");

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeAll(() => startBackend(backend, { wasmPath }));

  test("takes rows, and adds up the gradients of a row that occurs twice", () => {
    const table = tf.variable(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
    const dy = tf.tensor2d([1, 10, 2, 20, 4, 40], [3, 2]);
    const { value, grads } = tf.engine().gradients(() => embedding(ids(), table), [table], dy);
    expect([...value.dataSync()]).toEqual([5, 6, 1, 2, 5, 6]);
    expect([...grads[0]!.dataSync()]).toEqual([2, 20, 0, 0, 5, 50]);
  });

  test("a frozen table is only read", () => {
    const table = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]), false);
    const rows = embedding(tf.tensor1d([1], "int32"), table);
    expect([...rows.dataSync()]).toEqual([3, 4]);
  });
});
