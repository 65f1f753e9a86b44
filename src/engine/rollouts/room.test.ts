import * as v from "valibot";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../../tests/backends";
import { AdapterConfig } from "../../core/adapter/config";
import { GrpoConfig } from "../../core/group-rl/config";
import { PpoConfig } from "../../core/ppo/config";
import type { LearnerSettings, RolloutSettings } from "../../core/study/trainer";
import type { TryAllocation } from "../trial-allocation";
import { roomForRollouts } from "./room";

const adapter = v.parse(AdapterConfig, { rank: 2 });
const shape = { layers: 2, width: 64, inner: 256, heads: 2, vocabulary: 512, positions: 1024 };
const model = {
  config: { ...shape, layerNormEpsilon: 1e-5, endOfText: 0 },
  keepsTransposedHead: true,
};
const words = { encode: (text: string) => text.split(" ").map(() => 1), decode: () => "" };
const settings = (learns: LearnerSettings, sequences: number): RolloutSettings => ({
  ...{ learns, reference: "base", seed: 1 },
  sampling: { temperature: 1, topK: 0, topP: 1, maxNewTokens: 400 },
  largest: { sequences, scored: 20, prompts: ["a b c"], answers: [] },
});
const grpo = settings({ method: "grpo", config: v.parse(GrpoConfig, { microBatch: 4 }) }, 4);
const ppo = settings({ method: "ppo", config: v.parse(PpoConfig, {}) }, 1);

beforeAll(() => useBackend("cpu"));

/** A device with so many bytes. */
const holding =
  (bytes: number): TryAllocation =>
  async (sizes) =>
    sizes.reduce((sum, size) => sum + size, 0) > bytes ? "it is full" : null;

test("with room for the whole batch all of it is scored together, and nothing is said", async () => {
  const room = await roomForRollouts(model, adapter, grpo, words, holding(Infinity));
  expect(room).toEqual({ settings: grpo, scoredAtOnce: 20, keptBlocks: 2, note: null });
});

test("a batch that does not fit is scored in parts, while the step stays as it is; the note says so", async () => {
  for (const asked of [grpo, ppo]) {
    const room = await roomForRollouts(model, adapter, asked, words, holding(45e6));
    expect(room.settings).toBe(asked);
    expect(room.scoredAtOnce).toBe(5);
    expect(room.note).toMatch(
      /^Plain JavaScript has no room for 20 of 403 tokens, \d+ MB .*\(it is full\): 5 are scored at a time, which changes nothing that is learned\.$/,
    );
  }
});

test("a step that is cut too is said first, and a device without room for one answer is refused", async () => {
  const room = await roomForRollouts(model, adapter, grpo, words, holding(20e6));
  expect(room.settings.learns.config).toMatchObject({ microBatch: 2 });
  expect(room.note).toMatch(
    /: 2 go through the model at once, .* 20 of 403 tokens.*: 2 are scored/,
  );
  await expect(roomForRollouts(model, adapter, grpo, words, holding(1e6))).rejects.toThrow(
    /has no room for a training step: one sequence of 403 tokens/,
  );
});
