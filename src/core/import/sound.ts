import type { Corpus, Foundation, QuestionId } from "../corpus/corpus";
import { InputError } from "../format/input-error";
import type { FoundationLabels } from "./collect";
import type { Imported } from "./import";
import type { Rejection } from "./record";

/**
 * The corpus of a file in which nothing is wrong.
 * @throws InputError for the first rejected row, naming how many there are, or where the file has no wordings to ask.
 */
export function soundCorpus(
  { corpus, counts, rejected, problem, format }: Imported,
  file: string,
): Corpus {
  if (problem !== null) throw refusal(file, { row: 1, column: null, reason: problem });
  const [first] = rejected;
  if (first) {
    const others = counts.rejected > 1 ? ` (and ${counts.rejected - 1} more rows)` : "";
    throw refusal(file, first, others);
  }
  if (counts.paraphrases > 0) return corpus;
  const problemFound = `a file of the format ${format} has no wordings of its questions`;
  throw new InputError({ file }, problemFound, "Choose a corpus whose questions have wordings.");
}

/** A rejection as the error of its file. Its last sentence is the remedy. */
function refusal(file: string, { row, column, reason }: Rejection, others = ""): InputError {
  const cut = reason.lastIndexOf(". ");
  const [problem, remedy] = [reason.slice(0, cut), reason.slice(cut + 2)];
  const place = { file, ...(row !== null && { row }), ...(column !== null && { column }) };
  return new InputError(place, problem + others, remedy);
}

/**
 * A corpus with the moral foundations of another file.
 * @returns the corpus as it was where no question has a label.
 */
export function withFoundations(
  corpus: Corpus,
  labels: readonly FoundationLabels[],
): { readonly corpus: Corpus; readonly labelled: number } {
  const byId = new Map<QuestionId, readonly Foundation[]>(
    labels.map(({ id, foundations }) => [id, foundations]),
  );
  let labelled = 0;
  const questions = corpus.questions.map((question) => {
    const foundations = byId.get(question.id);
    if (foundations === undefined) return question;
    labelled++;
    return { ...question, foundations };
  });
  return labelled === 0 ? { corpus, labelled } : { corpus: { ...corpus, questions }, labelled };
}
