/** A corpus in one shape whatever it came from, for other programs: it reads back as the format "list" or "mcc". */
import { type Corpus, FOUNDATIONS, type Question } from "../corpus/corpus";
import { exportMcc } from "../corpus/mcc";

export const NORMALISED = ["json", "jsonl", "csv"] as const;
export type Normalised = (typeof NORMALISED)[number];

/**
 * JSON and JSONL hold all of a question: `{id, question, topic, paraphrases, answers, rots, care … sanctity, choices,
 * right}`, what it has not left out. CSV has MCC's columns, and no more than these.
 *
 * @throws RangeError for CSV if only a part of the questions has recorded answers, or none has a wording.
 */
export function normalised(corpus: Corpus, as: Normalised): string {
  if (as === "csv") {
    if (corpus.questions.some(({ paraphrases }) => paraphrases.length > 0))
      return exportMcc(corpus);
    throw new RangeError(`${corpus.name} has no wordings for a table; write it as .json`);
  }
  const lines = corpus.questions.map((question) => JSON.stringify(entryOf(question)));
  return as === "jsonl"
    ? lines.map((line) => `${line}\n`).join("")
    : `[\n${lines.join(",\n")}\n]\n`;
}

function entryOf({ id, text, topic, paraphrases, recorded, foundations, choices }: Question) {
  return {
    ...{ id, question: text },
    ...(topic !== null && { topic }),
    ...(paraphrases.length > 0 && { paraphrases }),
    ...(recorded && { answers: recorded.map(({ text }) => text) }),
    ...(recorded?.some(({ rot }) => rot !== null) && { rots: recorded.map(({ rot }) => rot) }),
    ...(foundations &&
      Object.fromEntries(FOUNDATIONS.map((name) => [name, foundations.includes(name) ? 1 : 0]))),
    ...(choices && { choices: choices.texts, right: choices.right }),
  };
}
