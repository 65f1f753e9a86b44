import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../../tests/backends";
import { projectQkv } from "./project-qkv";
import { rowTable } from "./rows";

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));
  afterEach(expectNoGpuErrors);

  test("key and value go to the row's slot of its last token, and nowhere else", async () => {
    const width = 4;
    const cache = tf.fill<tf.Rank.R3>([3, 2, 2 * width], -1);
    const q = tf.tidy(() => {
      const [query] = projectQkv(
        {
          x: tf.tensor2d([1, 2, 3, 4], [1, width]),
          norm: tf.zeros([2, width]), // x̂ is 0: what comes out is the bias
          weight: tf.ones([width, 3 * width]),
          bias: tf.range(0, 3 * width),
          lora: undefined,
          rows: rowTable([{ row: 2, prompt: 0, promptLength: 1, drawn: 2 }]),
          cache,
        },
        { epsilon: 1e-5 },
      );
      return query;
    });
    expect([...(await q.data())]).toEqual([0, 1, 2, 3]);
    const values = [...(await cache.data())];
    expect(values.slice(-2 * width)).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(values.slice(0, -2 * width)).toEqual(Array(5 * 2 * width).fill(-1));
    tf.dispose([q, cache]);
  });

  test("what changes in place after a read-back is read anew", async () => {
    const cache = tf.zeros<tf.Rank.R3>([1, 1, 8]);
    const write = (bias: number) =>
      tf.tidy(() => {
        projectQkv(
          {
            x: tf.ones([1, 4]),
            norm: tf.zeros([2, 4]),
            weight: tf.ones([4, 12]),
            bias: tf.fill([12], bias),
            lora: undefined,
            rows: rowTable([{ row: 0, prompt: 0, promptLength: 1, drawn: 1 }]),
            cache,
          },
          { epsilon: 1e-5 },
        );
      });
    write(1);
    expect((await cache.data())[0]).toBe(1);
    write(2);
    expect((await cache.data())[0]).toBe(2);
    cache.dispose();
  });
});
