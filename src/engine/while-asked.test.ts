import { expect, test } from "vitest";
import { useBackend } from "../../tests/backends";
import { smallGpt2Files } from "../../tests/fixtures/small-gpt2";
import { answersNeed } from "./out-of-memory";
import { loadPolicy } from "./policy";
import { whileAsked } from "./while-asked";

test("memory that runs out while a model is asked is said with the model's own figures", async () => {
  await useBackend("cpu");
  const files = smallGpt2Files();
  const policy = await loadPolicy({ name: "small", read: async (file) => files.get(file)! });
  const needs = (model: Parameters<typeof answersNeed>[0]) => answersNeed(model, 3, 16);
  const { signal } = new AbortController();
  const asking = (work: () => unknown) => whileAsked(policy, async () => work(), { signal, needs });
  expect(await asking(() => ["yes"])).toEqual(["yes"]);
  await expect(asking(() => new ArrayBuffer(2 ** 52))).rejects.toThrow(
    /^Plain JavaScript ran out of memory: 3 answers of 16 tokens .* of which 3 MB are the model/,
  );
  await expect(asking(() => Promise.reject(new Error("not found")))).rejects.toThrow("not found");
  policy.dispose();
});
