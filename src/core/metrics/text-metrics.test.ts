import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/text_metrics.json";
import { parseCsv } from "../format/csv";
import { bleu } from "./bleu";
import { rougeL, rougeTokens } from "./rouge-l";

test.each(golden.pairs)("agrees with nltk and rouge_score on “$candidate”", (pair) => {
  expect(bleu(pair.reference, pair.candidate)).toBeCloseTo(pair.bleu_method1, 12);
  expect(rougeL(pair.reference, pair.candidate)).toBeCloseTo(pair.rougeL_f, 12);
  expect(rougeTokens(pair.reference)).toEqual(pair.rouge_tokens_ref);
  expect(rougeTokens(pair.candidate)).toEqual(pair.rouge_tokens_cand);
});

test("equal one-word answers score 0.178 in BLEU and 1 in ROUGE-L", () => {
  expect(bleu("No", "No")).toBeCloseTo(0.1778, 4);
  expect(rougeL("No", "No")).toBe(1);
});

test.each([
  ["", ""],
  ["", "yes"],
  ["yes", ""],
  ["…", "…!"],
])("texts without a common token score 0: “%s”, “%s”", (reference, candidate) => {
  expect(rougeL(reference, candidate)).toBe(0);
  expect(bleu(reference, candidate)).toBe(0);
});

test("both stay in [0, 1], and ROUGE-L is symmetric", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "lying", "lies", "wrong", "."))
    .map((w) => w.join(" "));
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(rougeL(a, b)).toBeCloseTo(rougeL(b, a), 12);
      for (const score of [bleu(a, b), rougeL(a, b)]) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1 + 1e-12);
      }
    }),
  );
});

const edges = "../shared/data/mcc/edges-pure-rot.csv";

describe.skipIf(!existsSync(edges))(
  "the 1,000 published pairs (skipped without shared/data)",
  () => {
    const columns = ["bleu_model_output", "rouge_model_output", "bleu_rot", "rouge_rot"] as const;

    test("BLEU and ROUGE-L of answers and rules of thumb agree to 1e-9", () => {
      const { rows } = parseCsv(readFileSync(edges, "utf8"), edges, [
        ...["model_output_1", "model_output_2", "rot_1", "rot_2"],
        ...columns,
      ]);
      expect(rows).toHaveLength(1000);
      for (const column of columns) {
        const metric = column.startsWith("bleu") ? bleu : rougeL;
        const kind = column.endsWith("rot") ? "rot" : "model_output";
        const ours = rows.map(({ values: v }) => metric(v[`${kind}_1`]!, v[`${kind}_2`]!));
        const published = rows.map(({ values }) => Number(values[column]));
        expect(ours, column).toBeAllClose(published, { rtol: 0, atol: 1e-9 });
      }
    });
  },
);
