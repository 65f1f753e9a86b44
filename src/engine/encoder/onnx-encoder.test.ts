import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MAX_TOKENS, WORDS, tinyEncoder } from "../../../tests/fixtures/tiny-encoder";
import type { SentenceEncoder } from "./encoder";
import { type EncoderFiles, MissingFileError } from "./files";
import { loadOnnxEncoder } from "./onnx-encoder";

type Files = ReturnType<typeof tinyEncoder>;

function filesOf(contents: Files): EncoderFiles {
  return {
    async read(file) {
      const content = contents.get(file);
      if (content === undefined) throw new MissingFileError(file);
      return typeof content === "string" ? new TextEncoder().encode(content) : content;
    },
  };
}

const load = (contents: Files, revision: string | null = null) =>
  loadOnnxEncoder({
    name: "tiny",
    revision,
    files: filesOf(contents),
    place: "/models/tiny",
    runtimeUrl: null,
  });

const changed = (changes: Record<string, string | Uint8Array<ArrayBuffer> | null>) => {
  const contents = tinyEncoder();
  for (const [file, content] of Object.entries(changes)) {
    if (content === null) contents.delete(file);
    else contents.set(file, content);
  }
  return contents;
};

/** Mean of the words' vectors, [CLS] among them, to length 1. */
function byHand(words: readonly string[]): number[] {
  const rows = ["[CLS]", ...words].slice(0, MAX_TOKENS).map((word) => WORDS[word]!);
  const mean = [0, 1].map((d) => rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length);
  return mean.map((x) => x / Math.hypot(...mean));
}

let encoder: SentenceEncoder;
beforeAll(async () => (encoder = await load(tinyEncoder())));
afterAll(() => encoder.dispose());

test("a vector is the mean of the tokens' hidden states, to length 1", async () => {
  const [right, unknown] = await encoder.embed(["Lying is right", "torturing is wrong"]);
  expect(right).toBeAllClose([4 / 5, 3 / 5]); // (3, 0) + (0, 1) + (1, 2) = (4, 3)
  expect(unknown).toBeAllClose(byHand(["[UNK]", "is", "wrong"]));
});

const text = fc
  .array(fc.constantFrom("lying", "is", "right", "wrong"), { minLength: 1, maxLength: 5 })
  .map((words) => words.join(" "));

test("any text's vector is that worked out by hand, and has length 1", async () => {
  await fc.assert(
    fc.asyncProperty(text, async (one) => {
      const [vector] = await encoder.embed([one]);
      expect(vector).toBeAllClose(byHand(one.split(" ")));
      expect(Math.hypot(...vector!)).toBeCloseTo(1, 6);
    }),
    { numRuns: 20 },
  );
});

test("a text's vector is the same, bit for bit, whatever is embedded beside it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 2, maxLength: 6 }), async (texts) => {
      const together = await encoder.embed(texts);
      for (const [i, one] of texts.entries()) {
        expect(together[i]).toEqual((await encoder.embed([one]))[0]);
      }
    }),
    { numRuns: 20 },
  );
});

test("tokens beyond the tokenizer's length don't count, or beyond the shorter one of sentence-transformers", async () => {
  const [cut, long] = await encoder.embed(["lying is is is is", "lying is is is is wrong wrong"]);
  expect(long).toEqual(cut);
  const limits = JSON.stringify({ max_seq_length: 3 });
  const shorter = await load(changed({ "sentence_bert_config.json": limits }));
  expect((await shorter.embed(["lying is wrong wrong"]))[0]).toBeAllClose(byHand(["lying", "is"]));
  shorter.dispose();
});

test("a model that asks for token types gets them", async () => {
  const inputs = ["input_ids", "token_type_ids", "attention_mask"];
  const typed = await load(tinyEncoder({ inputs }));
  expect((await typed.embed(["lying is right"]))[0]).toBeAllClose([4 / 5, 3 / 5]);
  typed.dispose();
});

test("two encoders are held at once, each with its own words", async () => {
  const swapped = changed({
    "tokenizer.json": (tinyEncoder().get("tokenizer.json") as string)
      .replace('"lying":3', '"lying":7')
      .replace('"against":7', '"against":3'),
  });
  const [a, b] = await Promise.all([load(tinyEncoder()), load(swapped)]);
  expect((await b.embed(["lying"]))[0]).toBeAllClose([-1, 0]);
  expect((await a.embed(["lying"]))[0]).toBeAllClose([1, 0]);
  a.dispose();
  b.dispose();
});

test("the revision is that it is pinned to, else the checksum of the ONNX file", async () => {
  const onnx = tinyEncoder().get("onnx/model.onnx") as Uint8Array;
  const digest = createHash("sha256").update(onnx).digest("hex").slice(0, 16);
  expect(encoder).toMatchObject({ name: "tiny", revision: `sha256:${digest}` });
  expect((await load(tinyEncoder(), "abc")).revision).toBe("abc");
});

test("quantised weights are taken where there are no others, and the revision says so", async () => {
  const onnx = tinyEncoder().get("onnx/model.onnx")!;
  const contents = changed({ "onnx/model.onnx": null, "onnx/model_quantized.onnx": onnx });
  const quantized = await load(contents, "abc");
  expect(quantized.revision).toBe("abc quantized");
  expect((await quantized.embed(["lying"]))[0]).toBeAllClose([1, 0]);
});

test("aborting stops between texts, progress counts them, and it works on afterwards", async () => {
  const controller = new AbortController();
  const seen: number[][] = [];
  const call = encoder.embed(["lying", "is", "right", "wrong"], {
    signal: controller.signal,
    onProgress: (...counts) => {
      seen.push(counts);
      if (counts[0] === 2) setTimeout(() => controller.abort());
    },
  });
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  expect(seen).toEqual([
    [1, 4],
    [2, 4],
  ]);
  await expect(encoder.embed(["lying"])).resolves.toHaveLength(1);
  expect(await encoder.embed([])).toEqual([]);
});

test("refuses an empty text by its position, and one without a direction by its words", async () => {
  await expect(encoder.embed(["lying", " "])).rejects.toThrow(
    new RangeError("text 1 of 2 is empty"),
  );
  await expect(encoder.embed(["lying against"])).rejects.toThrow(
    'tiny gives no direction for the text "lying against"',
  );
});

test.each(["config.json", "tokenizer.json", "tokenizer_config.json"])(
  "names %s when it is missing, and when a start page comes instead",
  async (file) => {
    await expect(load(changed({ [file]: null }))).rejects.toThrow(`/models/tiny has no ${file}. A`);
    await expect(load(changed({ [file]: "<!doctype html>" }))).rejects.toThrow(
      `/models/tiny: ${file} is not JSON (it starts "<!doctype html>")`,
    );
  },
);

test("names both ONNX files when neither is there, and the place when the file is broken", async () => {
  await expect(load(changed({ "onnx/model.onnx": null }))).rejects.toThrow(
    "/models/tiny has no onnx/model.onnx and no onnx/model_quantized.onnx.",
  );
  const broken = load(changed({ "onnx/model.onnx": new TextEncoder().encode("<!doctype html>") }));
  await expect(broken).rejects.toThrow("/models/tiny can't be run as a sentence encoder: ");
});

test("refuses models that give no hidden states, ask for more than a text, or pool otherwise", async () => {
  await expect(load(tinyEncoder({ output: "logits" }))).rejects.toThrow(
    "/models/tiny is no sentence encoder: it gives logits and not last_hidden_state",
  );
  const inputs = ["input_ids", "attention_mask", "position_ids"];
  await expect(load(tinyEncoder({ inputs }))).rejects.toThrow("it asks for position_ids");
  const pooling = JSON.stringify({ pooling_mode_mean_tokens: false });
  await expect(load(changed({ "1_Pooling/config.json": pooling }))).rejects.toThrow(
    "doesn't take the mean over tokens",
  );
});

test("can't be used once it is disposed", async () => {
  const second = await load(tinyEncoder());
  second.dispose();
  second.dispose();
  await expect(second.embed(["lying"])).rejects.toThrow("tiny was disposed");
});
