/** Texts that a model made, waiting for a person's word: nothing of them is in a corpus before it is kept. */
import type { Corpus, QuestionId } from "../corpus/corpus";
import type { MadeParaphrases } from "../paraphrase/make";
import { type KeptWording, withWordings } from "../paraphrase/review";
import type { MadeRot } from "../rots/make";
import { withRots } from "../rots/review";

export const DRAFT_KINDS = ["paraphrases", "rots"] as const;
export type DraftKind = (typeof DRAFT_KINDS)[number];

export interface Draft {
  /** Of the kind and the corpus: there is one at a time. */
  readonly id: string;
  readonly kind: DraftKind;
  readonly corpusId: string;
  /** Who wrote the texts. */
  readonly model: string;
  /** What compared them with their questions; null where nothing did. */
  readonly encoder: { readonly name: string; readonly revision: string } | null;
  /** ms since the epoch. */
  readonly at: number;
}

export interface DraftItem {
  readonly draftId: string;
  /** Place in the draft, from 0: what passed the filters first. */
  readonly position: number;
  readonly questionId: QuestionId;
  /** What it was made of: the question, or a wording. */
  readonly question: string;
  /** The answer that a rule was drawn from, and the place of its wording; null for a wording. */
  readonly answer: { readonly text: string; readonly paraphrase: number } | null;
  readonly text: string;
  /** What a person made of it; null where it stands as it came. */
  readonly edited: string | null;
  /** Why a filter refused it, a sentence; null where none did. */
  readonly reason: string | null;
  readonly similarity: number | null;
  readonly score: number | null;
  /** Null until a person has said. */
  readonly decision: "keep" | "drop" | null;
}

/** A draft whole, its items by position. */
export interface StoredDraft {
  readonly draft: Draft;
  readonly items: readonly DraftItem[];
}

export const draftId = (kind: DraftKind, corpusId: string) => `${kind}:${corpusId}`;

export function paraphraseItems(
  id: string,
  { questions }: Pick<Corpus, "questions">,
  made: readonly MadeParaphrases[],
): DraftItem[] {
  const texts = new Map(questions.map((question) => [question.id, question.text]));
  return inOrder(
    made.flatMap(({ questionId, candidates }) =>
      candidates.map(({ text, reason, similarity, score }) => ({
        ...{ draftId: id, questionId, question: texts.get(questionId)!, answer: null },
        ...{ text, edited: null, reason, similarity, score, decision: null },
      })),
    ),
  );
}

export function rotItems(id: string, made: readonly MadeRot[]): DraftItem[] {
  return inOrder(
    made.map(({ questionId, paraphrase, wording, answer, rule, reason }) => ({
      ...{ draftId: id, questionId, question: wording, answer: { text: answer, paraphrase } },
      ...{ text: rule, edited: null, reason, similarity: null, score: null, decision: null },
    })),
  );
}

function inOrder(items: readonly Omit<DraftItem, "position">[]): DraftItem[] {
  const [passed, refused] = [true, false].map((passes) =>
    items.filter(({ reason }) => (reason === null) === passes),
  );
  return [...passed!, ...refused!].map((item, position) => ({ ...item, position }));
}

/** Items with some of them changed. */
export function withChanged(
  items: readonly DraftItem[],
  changed: readonly DraftItem[],
): readonly DraftItem[] {
  const byPosition = new Map(changed.map((item) => [item.position, item]));
  return items.map((item) => byPosition.get(item.position) ?? item);
}

/** The text as it would be used. */
export const textOfItem = ({ text, edited }: Pick<DraftItem, "text" | "edited">) => edited ?? text;

/**
 * What stands in the way of keeping an item, a sentence; null if nothing does. A filter's reason does not: a person may know better.
 */
export function keepProblem(item: DraftItem): string | null {
  return textOfItem(item).trim() === "" ? "There is no text to keep. Edit it, or drop it." : null;
}

/**
 * The new corpus that the kept items make.
 * @throws RangeError where none is kept, or one without a text.
 */
export function corpusOfDraft(
  corpus: Corpus,
  kind: DraftKind,
  items: readonly DraftItem[],
): Corpus {
  const kept = items.filter(({ decision }) => decision === "keep");
  if (kept.length === 0) throw new RangeError("nothing is kept yet");
  const empty = kept.filter((item) => keepProblem(item) !== null).length;
  if (empty > 0) {
    throw new RangeError(`${empty} of the texts that are kept are empty; edit or drop them`);
  }
  if (kind === "paraphrases") {
    const wordings = kept.map((item): KeptWording => {
      const { questionId, edited, score } = item;
      return { questionId, text: textOfItem(item).trim(), score: edited === null ? score : null };
    });
    return { ...withWordings(corpus, wordings), name: `${corpus.name}, more wordings` };
  }
  const rules = kept.map((item) => ({
    questionId: item.questionId,
    paraphrase: item.answer!.paraphrase,
    wording: item.question,
    answer: item.answer!.text,
    rule: textOfItem(item).trim(),
  }));
  return { ...withRots(corpus, rules), name: `${corpus.name}, with rules` };
}
