import type { CorpusEntry } from "../../app/corpora.svelte";
import type { Corpus } from "../../core/corpus/corpus";
import { count, timeText } from "../controls/figures";

/** "40 questions × 5 wordings", or "3 questions, 2 to 5 wordings each". */
export function sizeOf({ questions }: Corpus): string {
  const wordings = questions.map(({ paraphrases }) => paraphrases.length);
  const [least, most] = [Math.min(...wordings), Math.max(...wordings)];
  const asked = count(questions.length, "question");
  return least === most
    ? `${asked} × ${count(least, "wording")}`
    : `${asked}, ${least} to ${count(most, "wording")} each`;
}

/** Where a corpus is from. */
export function originOf({ imported }: CorpusEntry): string {
  return imported === null
    ? "Comes with Steadfast"
    : `Imported from ${imported.source}, ${timeText(imported.at)}`;
}

/** What keeps parts of a corpus out of a study; null if nothing does. */
export function limitOf({ questions }: Corpus): string | null {
  const few = questions.filter(({ paraphrases }) => paraphrases.length < 2).length;
  if (few === 0) return null;
  const [have, it] = few === 1 ? ["has", "it"] : ["have", "they"];
  return `${count(few, "question")} ${have} a single wording. Consistency needs two or more, so ${it} cannot be scored.`;
}
