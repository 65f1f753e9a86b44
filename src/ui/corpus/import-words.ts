/** Words of the import's preview. */
import type { CorpusEntry } from "../../app/corpora.svelte";
import { plural } from "../../app/plural";
import type { FoundationLabels } from "../../core/import/collect";
import type { ImportCounts } from "../../core/import/import";
import type { Json } from "../../core/import/record";

interface Counted {
  readonly n: number;
  readonly text: string;
  /** Whether a reader should think about it. */
  readonly warn: boolean;
}

/** What the file holds, the questions always, everything else where there is some. */
export function countsOf(counts: ImportCounts): Counted[] {
  const { questions, paraphrases, answers, pairs, tasks, empty } = counts;
  const { duplicateWordings, duplicateQuestions, tooShort, singleWording } = counts;
  const all: readonly (readonly [number, string, boolean])[] = [
    [questions, plural(questions, ["question", "questions"]), false],
    [paraphrases, plural(paraphrases, ["wording", "wordings"]), false],
    [answers, plural(answers, ["recorded answer", "recorded answers"]), false],
    [pairs, plural(pairs, ["pair of answers", "pairs of answers"]), false],
    [tasks, plural(tasks, ["question with choices", "questions with choices"]), false],
    [
      duplicateWordings,
      plural(duplicateWordings, ["wording a question has twice", "wordings a question has twice"]),
      true,
    ],
    [
      duplicateQuestions,
      plural(duplicateQuestions, [
        "question with the text of another",
        "questions with the text of another",
      ]),
      true,
    ],
    [empty, plural(empty, ["empty text", "empty texts"]), true],
    [tooShort, plural(tooShort, ["text of a single word", "texts of a single word"]), true],
    [
      singleWording,
      plural(singleWording, [
        "question with one wording, which cannot be scored",
        "questions with one wording, which cannot be scored",
      ]),
      true,
    ],
  ];
  return all.filter(([n], i) => n > 0 || i === 0).map(([n, text, warn]) => ({ n, text, warn }));
}

/** Imported corpora that have questions with these ids, and how many. */
export function labelledIn(
  entries: readonly CorpusEntry[],
  labels: readonly FoundationLabels[],
): { readonly entry: CorpusEntry; readonly labelled: number }[] {
  const ids = new Set(labels.map(({ id }) => id));
  return entries
    .filter(({ imported }) => imported !== null)
    .map((entry) => ({
      entry,
      labelled: entry.corpus.questions.filter(({ id }) => ids.has(id)).length,
    }))
    .filter(({ labelled }) => labelled > 0);
}

const LONGEST = 160;

/** A cell of the preview: text as it stands, lists and objects as JSON, none of it longer than a few lines. */
export function cellText(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
