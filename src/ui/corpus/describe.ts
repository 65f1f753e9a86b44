import type { CorpusEntry } from "../../app/corpora.svelte";
import type { Corpus } from "../../core/corpus/corpus";

const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const count = new Intl.NumberFormat("en-GB");

/** "40 questions × 5 wordings", or "3 questions, 2 to 5 wordings each". */
export function sizeOf({ questions }: Corpus): string {
  const wordings = questions.map(({ paraphrases }) => paraphrases.length);
  const [least, most] = [Math.min(...wordings), Math.max(...wordings)];
  const asked = plural(questions.length, "question");
  return least === most
    ? `${asked} × ${plural(least, "wording")}`
    : `${asked}, ${least} to ${plural(most, "wording")} each`;
}

/** Where a corpus is from. */
export function originOf({ imported }: CorpusEntry): string {
  return imported === null
    ? "Comes with Steadfast"
    : `Imported from ${imported.source}, ${date.format(imported.at)}`;
}

/** What keeps parts of a corpus out of a study; null if nothing does. */
export function limitOf({ questions }: Corpus): string | null {
  const few = questions.filter(({ paraphrases }) => paraphrases.length < 2).length;
  if (few === 0) return null;
  return few === 1
    ? "1 question has a single wording. Consistency needs two or more, so it cannot be scored."
    : `${count.format(few)} questions have a single wording. Consistency needs two or more, so they cannot be scored.`;
}

export function plural(n: number, word: string): string {
  return `${count.format(n)} ${word}${n === 1 ? "" : "s"}`;
}
