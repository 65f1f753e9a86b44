import type { Question } from "../corpus/corpus";

/** FNV-1a of all ids, texts, wordings and answers, 2 × 32 bits: tells corpora apart, and is no protection. */
export function fingerprintOf(questions: readonly Question[]): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  const take = (text: string) => {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      low = Math.imul(low ^ unit, 0x01000193);
      high = Math.imul(high ^ unit, 0x5bd1e995);
    }
    low = Math.imul(low ^ 0x10000, 0x01000193); // ends a text
    high ^= high >>> 15;
  };
  for (const { id, text, paraphrases, recorded, choices } of questions) {
    [String(id), text, ...paraphrases, ...(choices?.texts ?? [])].forEach(take);
    recorded?.forEach(({ text }) => take(text));
  }
  return [low, high].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
