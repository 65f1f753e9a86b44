import fc from "fast-check";
import { expect, test } from "vitest";
import { cached } from "./cached";
import type { Encoder } from "./encoder";

/** An encoder in one dimension, the text's length, that keeps what it was asked. */
function lengths() {
  const asked: string[][] = [];
  const encoder: Encoder = {
    name: "length",
    revision: "1",
    async embed(texts, options = {}) {
      options.signal?.throwIfAborted();
      asked.push([...texts]);
      options.onProgress?.(texts.length, texts.length);
      return texts.map((text) => Float32Array.of(text.length));
    },
  };
  return { encoder, asked };
}

test("gives what the encoder gives, in order, whatever was asked before", async () => {
  const text = fc.string({ maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(text), { maxLength: 5 }), async (calls) => {
      const { encoder } = lengths();
      const memo = cached(encoder);
      for (const texts of calls) {
        expect(await memo.embed(texts)).toEqual(await encoder.embed(texts));
      }
    }),
  );
});

test("embeds each distinct text once", async () => {
  const { encoder, asked } = lengths();
  const memo = cached(encoder);
  await memo.embed(["a", "bb", "a"]);
  await memo.embed(["bb", "ccc", "ccc", "a"]);
  await memo.embed(["a", "ccc"]);
  expect(asked).toEqual([["a", "bb"], ["ccc"]]);
});

test("keeps the encoder's name and revision", () => {
  expect(cached(lengths().encoder)).toMatchObject({ name: "length", revision: "1" });
});

test("progress counts only what is new", async () => {
  const memo = cached(lengths().encoder);
  const seen: number[][] = [];
  const onProgress = (...counts: number[]) => void seen.push(counts);
  await memo.embed(["a", "bb"], { onProgress });
  await memo.embed(["a", "bb", "ccc"], { onProgress });
  await memo.embed(["a"], { onProgress });
  expect(seen).toEqual([
    [2, 2],
    [1, 1],
  ]);
});

test("a cancelled call leaves nothing behind", async () => {
  const { encoder, asked } = lengths();
  const memo = cached(encoder);
  const signal = AbortSignal.abort();
  await expect(memo.embed(["a"], { signal })).rejects.toMatchObject({ name: "AbortError" });
  await memo.embed(["a"]);
  expect(asked).toEqual([["a"]]);
});
