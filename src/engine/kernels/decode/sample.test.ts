import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../../tests/backends";
import { stream } from "../../../core/random";
import { sampleToken, type SamplerSettings, tokenDistribution } from "../../generate/sampler";
import { normal } from "../example";
import { rowTable } from "./rows";
import { NO_TOKEN, sampleNext } from "./sample";

const ROWS = 48;
const VOCABULARY = 777;
const uniforms = Array.from({ length: ROWS }, stream(5, "uniforms"));
const logits = normal("logits", [ROWS, VOCABULARY], 4).values as Float32Array;
const ofRow = (row: number) => logits.subarray(row * VOCABULARY, (row + 1) * VOCABULARY);

/** One token a row from the logits given, drawn at `uniforms`. */
async function draw(values: Float32Array, settings: SamplerSettings): Promise<Int32Array> {
  const tokens = tf.tidy(() => {
    const rows = Array.from({ length: ROWS }, (_, row) => ({
      row,
      prompt: 0,
      promptLength: 1,
      drawn: 0,
    }));
    const bits = Int32Array.from(uniforms, (u) => u * 2 ** 32);
    const [written] = sampleNext(
      {
        logits: tf.tensor2d(values.slice(), [ROWS, VOCABULARY]),
        rows: rowTable(rows),
        draws: tf.tensor2d(bits, [ROWS, 1], "int32"),
        tokens: tf.tensor2d(new Int32Array(ROWS), [ROWS, 1], "int32"),
        seen: undefined,
      },
      settings,
    );
    return written!;
  });
  const drawn = await tokens.data<"int32">();
  tokens.dispose();
  return drawn;
}

/** How far u lies outside the token's part of the cumulative distribution. */
function distance(probabilities: Float64Array, token: number, u: number): number {
  const below = probabilities.subarray(0, token).reduce((sum, p) => sum + p, 0);
  return Math.max(0, below - u, u - below - probabilities[token]!);
}

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));
  afterEach(expectNoGpuErrors);

  test.each([
    { temperature: 1, topK: 0, topP: 1 },
    { temperature: 2.5, topK: 0, topP: 1 },
    { temperature: 0.3, topK: 0, topP: 0.95 },
    { temperature: 1, topK: 1, topP: 1 },
    { temperature: 1.2, topK: 40, topP: 0.5 },
    { temperature: 1, topK: VOCABULARY, topP: 0.01 },
  ])("draws what the sampler draws: %o", async (settings) => {
    const drawn = await draw(logits, settings);
    let different = 0;
    drawn.forEach((token, row) => {
      const probabilities = tokenDistribution(ofRow(row), settings);
      if (token !== sampleToken(probabilities, () => uniforms[row]!)) different += 1;
      // float32 may move an edge of the distribution past u, by no more than this
      expect(distance(probabilities, token, uniforms[row]!)).toBeLessThan(1e-5);
    });
    expect(different).toBeLessThanOrEqual(backend === "webgpu" ? 1 : 0);
  });

  test("of equal logits top-p keeps the first", async () => {
    const equal = new Float32Array(logits.length);
    const drawn = await draw(equal, { temperature: 1, topK: 0, topP: 0.25 });
    const kept = VOCABULARY - Math.floor(0.75 * VOCABULARY);
    drawn.forEach((token, row) => expect(token).toBe(Math.floor(uniforms[row]! * kept)));
  });

  test.each([NaN, Infinity, -Infinity])("a row with a logit of %s gets no token", async (value) => {
    const broken = logits.slice();
    broken[VOCABULARY + 700] = value;
    for (const temperature of [0, 1]) {
      const drawn = await draw(broken, { temperature, topK: 0, topP: 1 });
      expect(drawn[1]).toBe(NO_TOKEN);
      expect([...drawn].filter((token) => token === NO_TOKEN)).toHaveLength(1);
    }
  });
});
