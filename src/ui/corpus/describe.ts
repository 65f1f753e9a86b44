import type { CorpusEntry } from "../../app/corpora.svelte";
import type { Corpus, Question } from "../../core/corpus/corpus";
import { plural } from "../../app/plural";
import { timeText } from "../controls/figures";

/** "40 questions × 5 wordings", "3 questions, 2 to 5 wordings each", or "790 questions with choices". */
export function sizeOf({ questions }: Corpus): string {
  let [least, most] = [Infinity, 0];
  for (const { paraphrases } of questions) {
    least = Math.min(least, paraphrases.length);
    most = Math.max(most, paraphrases.length);
  }
  const asked = plural(questions.length, ["# question", "# questions"]);
  if (most === 0)
    return questions[0]?.choices ? `${asked} with choices` : `${asked} without wordings`;
  return least === most
    ? `${asked} × ${plural(least, ["# wording", "# wordings"])}`
    : `${asked}, ${least} to ${plural(most, ["# wording", "# wordings"])} each`;
}

/** Wordings of the question that has most. */
export function mostWordings({ questions }: Corpus): number {
  return questions.reduce((most, { paraphrases }) => Math.max(most, paraphrases.length), 0);
}

/** What a question is, in a line: "7 · honesty · 5 wordings · answered · care, loyalty". */
export function metaOf({
  id,
  topic,
  paraphrases,
  recorded,
  choices,
  foundations,
}: Question): string {
  return [
    String(id),
    ...(topic === null ? [] : [topic]),
    ...(paraphrases.length > 0 ? [plural(paraphrases.length, ["# wording", "# wordings"])] : []),
    ...(choices ? [plural(choices.texts.length, ["# choice", "# choices"])] : []),
    ...(recorded ? [/* @wc-include */ "answered"] : []),
    ...(foundations && foundations.length > 0 ? [foundations.join(", ")] : []),
  ].join(" · ");
}

/** Whether a study can ask it: some question has wordings. */
export function isAskable({ questions }: Corpus): boolean {
  return questions.some(({ paraphrases }) => paraphrases.length > 0);
}

/** Where a corpus is from. */
export function originOf({ imported }: CorpusEntry): string {
  return imported === null
    ? "Comes with Steadfast"
    : `Imported from ${imported.source}, ${timeText(imported.at)}`;
}

/** What keeps parts of a corpus out of a study; null if nothing does. */
export function limitOf({ questions }: Corpus): string | null {
  if (questions.every(({ paraphrases }) => paraphrases.length === 0)) {
    return "These questions have no wordings, so a study of consistency cannot ask them.";
  }
  const few = questions.filter(({ paraphrases }) => paraphrases.length < 2).length;
  if (few === 0) return null;
  return plural(few, [
    "# question has a single wording. Consistency needs two or more, so it cannot be scored.",
    "# questions have a single wording. Consistency needs two or more, so they cannot be scored.",
  ]);
}
