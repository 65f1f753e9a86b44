/**
 * SentencePiece's unigram model (Kudo 2018, arXiv:1804.10959, §3.2): of all ways to cut a text into pieces of the
 * vocabulary, the one with the highest sum of log-probabilities, found by Viterbi.
 *
 * Ids equal those of `Tokenizer` in @tensorflow-models/universal-sentence-encoder 1.3.3, which the model is served
 * with, its departures from SentencePiece included: spaces are kept as they are, an unknown character costs nothing,
 * and a best score of exactly 0 counts as "not reached yet". Golden ids: tests/fixtures/encoder/tokens.json.
 */

/** A piece and its natural log-probability; the published file holds null for a few pieces, which counts as 0. */
export type Vocabulary = readonly (readonly [piece: string, logProbability: number | null])[];

const SPACE = "\u2581"; // "▁"
const UNKNOWN = 0;
const RESERVED = 6; // <unk>, <s>, </s> and three spare ids never match a text

export class Tokenizer {
  readonly #vocabulary: Vocabulary;
  readonly #ids = new Map<string, number>();
  #longest = 0; // code points of the longest piece

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    for (let id = RESERVED; id < vocabulary.length; id++) {
      const [piece] = vocabulary[id]!;
      this.#ids.set(piece, id); // of a repeated piece the last id counts
      this.#longest = Math.max(this.#longest, [...piece].length);
    }
  }

  /** The text's ids, after NFKC. Runs of unknown characters become one id 0; the empty text has none. */
  encode(text: string): number[] {
    const normalised = text.normalize("NFKC");
    if (normalised === "") return [];
    const symbols = [...(SPACE + normalised.replaceAll(" ", SPACE))];
    return this.#readBack(this.#lastPieces(symbols));
  }

  /** [symbols + 1] the last piece of the best segmentation that ends after each symbol. */
  #lastPieces(symbols: readonly string[]): Int32Array {
    const best = new Float64Array(symbols.length + 1);
    const last = new Int32Array(symbols.length + 1).fill(UNKNOWN);
    const relax = (start: number, end: number, id: number) => {
      const score = best[start]! + (id === UNKNOWN ? 0 : (this.#vocabulary[id]![1] ?? 0));
      if (best[end] !== 0 && score < best[end]!) return;
      best[end] = score;
      last[end] = id;
    };

    for (let start = 0; start < symbols.length; start++) {
      let piece = "";
      let matched = false;
      for (let end = start; end < symbols.length && end - start < this.#longest; end++) {
        piece += symbols[end]!;
        const id = this.#ids.get(piece);
        if (id === undefined) continue;
        matched = true;
        relax(start, end + 1, id);
      }
      if (!matched) relax(start, start + 1, UNKNOWN);
    }
    return last;
  }

  #readBack(last: Int32Array): number[] {
    const ids: number[] = [];
    for (let end = last.length - 1; end > 0;) {
      const id = last[end]!;
      if (id !== UNKNOWN || ids.at(-1) !== UNKNOWN) ids.push(id);
      end -= id === UNKNOWN ? 1 : [...this.#vocabulary[id]![0]].length;
    }
    return ids.reverse();
  }
}
