/**
 * Real GPT-2 124M, where STEADFAST_GPT2 names a folder with it: next-token distributions as published. Neither the
 * weights nor the distributions come with the project; the latter are read from ../shared.
 */
import { existsSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { modelFiles } from "../../src/cli/assets";
import { loadGpt2 } from "../../src/engine/gpt2/load";
import { useBackend } from "../backends";

interface Case {
  readonly prompt: string;
  readonly token_ids: number[];
  readonly top20: readonly { readonly id: number; readonly probability: number }[];
}

const PUBLISHED = "../shared/reference/gpt2_124m_next_token.json";
const TOLERANCE = 1e-2;
const folder = process.env["STEADFAST_GPT2"];
const missing =
  folder === undefined
    ? "STEADFAST_GPT2 names no folder"
    : existsSync(PUBLISHED)
      ? null
      : `${PUBLISHED} is absent`;

test.skipIf(missing !== null)(
  `GPT-2 124M continues prompts as published${missing === null ? "" : ` (skipped: ${missing})`}`,
  async () => {
    await useBackend("wasm");
    const model = await loadGpt2(modelFiles(folder!));
    const { cases } = JSON.parse(readFileSync(PUBLISHED, "utf8")) as { readonly cases: Case[] };
    for (const { prompt, token_ids, top20 } of cases) {
      const probabilities = tf.tidy(() => {
        const hidden = model.hidden(tf.tensor2d([token_ids], undefined, "int32"));
        const last = tf.slice(hidden, [0, token_ids.length - 1, 0], [1, 1, -1]);
        return tf.softmax(tf.reshape(model.logits(last), [-1]));
      });
      const values = await probabilities.data();
      probabilities.dispose();
      const published = top20.map(({ probability }) => probability);
      expect(
        top20.map(({ id }) => values[id]!),
        prompt,
      ).toBeAllClose(published, { atol: TOLERANCE, rtol: 0 });
    }
    model.dispose();
  },
  600_000,
);
