/**
 * BLEU, ROUGE-L, its tokens and Porter's stems against the golden text_metrics.json. Nothing where the folder lacks
 * the file. Format: golden/README.md.
 */
import { bleu } from "../../src/core/metrics/bleu";
import { porterStem } from "../../src/core/metrics/porter";
import { rougeL, rougeTokens } from "../../src/core/metrics/rouge-l";
import { type CaseResult, compare, type FolderReader } from "./case";

interface Pair {
  readonly reference: string;
  readonly candidate: string;
  readonly bleu_method1: number;
  readonly rougeL_f: number;
  readonly rouge_tokens_ref: readonly string[];
  readonly rouge_tokens_cand: readonly string[];
}

interface TextMetrics {
  readonly pairs: readonly Pair[];
  readonly nltk_porter_stems: Readonly<Record<string, string>>;
}

const CLOSE = { atol: 1e-12 };

export async function* textMetricCases(dir: FolderReader): AsyncGenerator<CaseResult> {
  if (!(await dir.has("text_metrics.json"))) return;
  const golden = JSON.parse(await dir.text("text_metrics.json")) as TextMetrics;
  for (const [i, pair] of golden.pairs.entries()) {
    const { reference, candidate, bleu_method1, rougeL_f } = pair;
    const name = `text pair ${i}`;
    yield compare(`${name}: BLEU`, [bleu(reference, candidate)], [bleu_method1], CLOSE);
    yield compare(`${name}: ROUGE-L`, [rougeL(reference, candidate)], [rougeL_f], CLOSE);
    yield same(`${name}: tokens of the reference`, rougeTokens(reference), pair.rouge_tokens_ref);
    yield same(`${name}: tokens of the candidate`, rougeTokens(candidate), pair.rouge_tokens_cand);
  }
  const words = Object.keys(golden.nltk_porter_stems);
  const stems = Object.values(golden.nltk_porter_stems);
  yield same(`Porter stems of ${words.length} words`, words.map(porterStem), stems);
}

/** Words against words; the error is how many differ, and a miss names the first. */
function same(name: string, actual: readonly string[], expected: readonly string[]): CaseResult {
  const length = Math.max(actual.length, expected.length);
  const wrong = Array.from({ length }, (_, i) => i).filter((i) => actual[i] !== expected[i]);
  const first = wrong[0];
  const detail =
    first === undefined ? "" : ` (at ${first} "${actual[first]}", expected "${expected[first]}")`;
  return compare(name + detail, [wrong.length], [0], { atol: 1e-12 });
}
