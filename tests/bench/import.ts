/** A corpus of 50,000 questions of five wordings read with all its checks, against papaparse reading the table alone. */
import Papa from "papaparse";
import { readImport } from "../../src/core/import/import";
import { manyQuestions } from "../import/many-questions";
import { sourceOf } from "../import/source";
import type { Bench } from "./bench";

const QUESTIONS = 50_000;

export const importBench: Bench = {
  name: "import",
  about: "a corpus of 50,000 × 5 read and checked, against papaparse reading the table alone",
  quick: true,
  backends: [],
  async run() {
    const text = manyQuestions(QUESTIONS);
    const source = sourceOf("many.csv", text, 1 << 20);
    const started = performance.now();
    const { counts } = await readImport(source);
    const ms = performance.now() - started;
    if (
      counts.questions !== QUESTIONS ||
      counts.paraphrases !== 5 * QUESTIONS ||
      counts.rejected > 0
    ) {
      throw new Error(`the import lost rows: ${JSON.stringify(counts)}`);
    }
    const begun = performance.now();
    const { data } = Papa.parse(text, { delimiter: "," });
    const plainMs = performance.now() - begun;
    if (data.length < 5 * QUESTIONS) throw new Error("papaparse lost rows");
    const megabytes = text.length / 1e6;
    const figures = { questions: QUESTIONS, megabytes, ms, plainMs, ratio: ms / plainMs };
    const lines = [
      `${QUESTIONS} questions × 5 wordings, ${megabytes.toFixed(1)} MB`,
      `read and checked ${(ms / 1000).toFixed(1)} s`,
      `papaparse alone  ${(plainMs / 1000).toFixed(1)} s`,
      `ratio            ${(ms / plainMs).toFixed(1)} ×`,
    ];
    return { figures, lines };
  },
};
