/** Real data sets, read from where they lie and never copied. */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { exportOriginal } from "./export";
import { readImport } from "./import";
import { sourceOf } from "../../../tests/import/source";

const FOLDER = "../shared/data/";
const file = (path: string) => sourceOf(basename(path), readFileSync(FOLDER + path, "utf8"));

/** Counts as the data's README and sage.md give them: format, questions, paraphrases, answers, pairs, tasks. */
const FILES = [
  ["mcc/questions.csv", "mcc", 100, 500, 0, 0, 0],
  ["mcc/answers-gpt-3.5.csv", "mcc", 100, 500, 500, 0, 0],
  ["mcc/answers-gpt-3.5-rots.csv", "mcc", 100, 500, 500, 0, 0],
  ["mcc/edges-0.8a-0.2r.csv", "mcc-edges", 100, 500, 500, 1000, 0],
  ["mcc/edges-pure-rot.csv", "mcc-edges", 100, 500, 500, 1000, 0],
  ["mcc/edges-vicuna-7b.csv", "mcc-edges", 250, 1250, 1250, 2500, 0],
  ["mcc/human-annotations.csv", "mcc-annotations", 100, 0, 500, 1000, 0],
  ["mcc/moral-foundations.csv", "mcc-foundations", 12_980, 0, 0, 0, 0],
  ["truthfulqa/TruthfulQA.csv", "truthfulqa", 790, 0, 0, 0, 790],
  ["hellaswag/hellaswag_val_2000.txt", "hellaswag", 2000, 0, 0, 0, 2000],
  ["moralchoice/moralchoice_high_ambiguity.csv", "moralchoice", 680, 0, 0, 0, 680],
  ["moralchoice/moralchoice_low_ambiguity.csv", "moralchoice", 687, 0, 0, 0, 687],
  ["valueconsistency/controversial_english_us.jsonl", "valueconsistency", 131, 653, 0, 0, 0],
  ["valueconsistency/uncontroversial_english_us.jsonl", "valueconsistency", 79, 395, 0, 0, 0],
] as const;

describe.skipIf(!existsSync(FOLDER))("the shared data (skipped without ../shared/data)", () => {
  test.each(FILES)("%s is read as %s with its counts", async (path, ...expected) => {
    const { format, counts, rejected, problem } = await readImport(file(path));
    const { questions, paraphrases, answers, pairs, tasks } = counts;
    expect([format, questions, paraphrases, answers, pairs, tasks]).toEqual(expected);
    expect([rejected, problem]).toEqual([[], null]);
  });

  test.each(FILES)("%s comes back from its own format, every column and row", async (path) => {
    const imported = await readImport(file(path));
    const { name, text } = exportOriginal(imported.corpus);
    expect(name.split(".").at(-1)).toBe(path.split(".").at(-1));
    const again = await readImport(sourceOf(basename(path), text));
    expect(again).toEqual(imported);
  });

  test("the published questions have three wordings twice", async () => {
    const { counts } = await readImport(file("mcc/questions.csv"));
    expect(counts.duplicateWordings).toBe(3);
  });

  test("the six foundations apply as often as published, and to 674 questions none", async () => {
    const { labels } = await readImport(file("mcc/moral-foundations.csv"));
    const times = new Map<string, number>();
    for (const { foundations } of labels) {
      for (const name of foundations) times.set(name, (times.get(name) ?? 0) + 1);
    }
    expect(Object.fromEntries(times)).toEqual({
      ...{ care: 6697, fairness: 2751, liberty: 2533 },
      ...{ loyalty: 2493, authority: 2340, sanctity: 1420 },
    });
    expect(labels.filter(({ foundations }) => foundations.length === 0)).toHaveLength(674);
  });
});
