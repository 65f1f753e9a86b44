/** What `paraphrase` reads: questions, and wordings that people went through. */
import { basename } from "node:path";
import type { Corpus } from "../core/corpus/corpus";
import type { Encoder } from "../core/encode/encoder";
import { soundCorpus } from "../core/import/sound";
import { judgeParaphrase, type ParaphraseLimits } from "../core/paraphrase/judge";
import type { KeptWording } from "../core/paraphrase/review";
import { cosine } from "../core/sage/similarity";
import { importFile } from "./import-file";
import { isBuiltIn, readCorpus } from "./study-input";

/** Questions with wordings or without. @throws UsageError or InputError for a file that has none, or a row that is not sound. */
export async function readQuestions(name: string): Promise<Corpus> {
  if (isBuiltIn(name)) return readCorpus(name, ".");
  const imported = await importFile(name);
  const found = imported.problem === null ? imported : await importFile(name, { as: "questions" });
  if (found.counts.questions > 0 && found.counts.rejected === 0) return found.corpus;
  return soundCorpus(imported, basename(name));
}

/** Texts may have been changed in the review: their scores are computed anew. */
export async function scoredAgain(
  kept: readonly Omit<KeptWording, "score">[],
  { questions }: Corpus,
  encoder: Encoder | null,
  limits: ParaphraseLimits,
): Promise<KeptWording[]> {
  const byId = new Map(questions.map((question) => [question.id, question]));
  const sources = kept.map(({ questionId }) => byId.get(questionId)!.text);
  const texts = kept.map(({ text }) => text);
  const [ofSources, ofTexts] = encoder
    ? [await encoder.embed(sources), await encoder.embed(texts)]
    : [[], []];
  const judged = texts.map((text, i) => {
    const similarity = encoder ? cosine(ofSources[i]!, ofTexts[i]!) : null;
    return judgeParaphrase(text, sources[i]!, [], similarity, limits);
  });
  const against = judged.filter(({ reason }) => reason !== null).length;
  if (against > 0) process.stderr.write(`${against} are kept against a filter\n`);
  return kept.map((wording, i) => ({ ...wording, score: judged[i]!.score }));
}
