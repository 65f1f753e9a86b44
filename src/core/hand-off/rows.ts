/** A run's data as rows for TRL's trainers. Completions begin with the space that stands between a prompt and its answer. */
import type { Answer } from "../answers/answer";
import { fillPrompt } from "../answers/prompt";
import type { Question, QuestionId } from "../corpus/corpus";
import { shuffle, stream } from "../random";
import type { Decision } from "../select/select";
import type { StudyConfig } from "../study/config";
import { toPairs } from "../study/examples";
import type { StudySplit } from "../study/split";

/** What the last cycle that had the question decided, and what both models had answered by then. */
export interface DecidedQuestion {
  readonly id: QuestionId;
  readonly cycle: number;
  readonly decision: Decision;
  readonly target: readonly Answer[];
  readonly aligned: readonly Answer[];
}

/** The aligned model's answers to the held-out questions come with them, as something to hold new answers against. */
export interface HandOffData {
  readonly split: StudySplit;
  readonly decided: readonly DecidedQuestion[];
  readonly alignedHeldOut: readonly Answer[];
}

/** A question's id as text: a data set's column has one type. */
interface Place {
  readonly question_id: string;
  /** From 0. */
  readonly wording: number;
}

export interface HandOffRows {
  /** For SFTTrainer: the aligned answers that passed the selection. */
  readonly sft: readonly (Place & { readonly prompt: string; readonly completion: string })[];
  /** For DPOTrainer. "feedback": the target scored higher; "selection": the aligned model did, and passed. */
  readonly dpo: readonly {
    readonly prompt: string;
    readonly chosen: string;
    readonly rejected: string;
    readonly question_id: string;
    readonly source: "feedback" | "selection";
  }[];
  /** For GRPOTrainer: the prompts of the training questions, a question's wordings in a row. */
  readonly grpo: readonly (Place & {
    readonly prompt: string;
    /** Aligned answers to the question that passed: what the reward `blend` is anchored to. */
    readonly aligned: readonly string[];
  })[];
  /** What both models said to the training questions. */
  readonly answers: readonly (Place & {
    readonly prompt: string;
    readonly target: string;
    readonly aligned: string;
    readonly aligned_kept: readonly string[];
    readonly decision: Decision;
  })[];
  /** Held out: never trained on here, and not to be there. */
  readonly evaluation: readonly (Place & {
    readonly question: string;
    readonly prompt: string;
    /** Null where the aligned model's answer is not stored. */
    readonly aligned: string | null;
  })[];
}

/** Questions to train on come in an order drawn from the study's seed, since the script keeps the file's. */
export function handOffRows(
  { split, decided, alignedHeldOut }: HandOffData,
  { prompt: template, seed }: Pick<StudyConfig, "prompt" | "seed">,
): HandOffRows {
  const questions = new Map(split.train.map((question) => [question.id, question]));
  const known = decided.flatMap((one) => {
    const question = questions.get(one.id);
    return question === undefined ? [] : [{ ...one, question }];
  });
  const keptOf = new Map<QuestionId, readonly string[]>(
    known.flatMap(({ id, decision, aligned }) =>
      decision === "train" ? [[id, aligned.map(({ text }) => text).filter(isSaid)]] : [],
    ),
  );
  const kept = (id: QuestionId) => keptOf.get(id) ?? [];
  return {
    sft: known.flatMap(({ question, decision, aligned }) =>
      aligned.flatMap(({ paraphrase, text }) => {
        if (decision !== "train" || !isSaid(text)) return [];
        const prompt = fillPrompt(template, question.paraphrases[paraphrase]!);
        return [{ ...place(question, paraphrase), prompt, completion: completion(text) }];
      }),
    ),
    dpo: known.flatMap((one) => preferences(one, template)),
    grpo: shuffle(split.train, stream(seed, "hand-off", "order")).flatMap((question) =>
      promptsOf(question, template).map(({ wording, prompt }) => ({
        prompt,
        ...place(question, wording),
        aligned: kept(question.id),
      })),
    ),
    answers: known.flatMap(({ question, decision, target, aligned }) =>
      promptsOf(question, template).map(({ wording, prompt }) => ({
        ...place(question, wording),
        prompt,
        target: answerTo(target, wording) ?? "",
        aligned: answerTo(aligned, wording) ?? "",
        aligned_kept: kept(question.id),
        decision,
      })),
    ),
    evaluation: split.evaluation.flatMap((question) => {
      const own = alignedHeldOut.filter(({ questionId }) => questionId === question.id);
      return promptsOf(question, template).map(({ wording, prompt }) => ({
        ...place(question, wording),
        question: question.text,
        prompt,
        aligned: answerTo(own, wording),
      }));
    }),
  };
}

function preferences(
  { question, decision, target, aligned }: DecidedQuestion & { readonly question: Question },
  template: string,
): HandOffRows["dpo"] {
  if (decision !== "feedback" && decision !== "train") return [];
  const [preferred, other] = decision === "feedback" ? [target, aligned] : [aligned, target];
  const pairs = toPairs(preferred, other, [question], new Set([question.id]), template);
  return pairs.get(question.id)!.map(({ prompt, chosen, rejected }) => ({
    prompt,
    chosen: completion(chosen.text),
    rejected: completion(rejected.text),
    question_id: String(question.id),
    source: decision === "feedback" ? ("feedback" as const) : ("selection" as const),
  }));
}

const promptsOf = ({ paraphrases }: Question, template: string) =>
  paraphrases.map((text, wording) => ({ wording, prompt: fillPrompt(template, text) }));
const place = ({ id }: Question, wording: number): Place => ({ question_id: String(id), wording });
const completion = (answer: string) => ` ${answer}`;
const isSaid = (text: string) => text.trim() !== "";
const answerTo = (answers: readonly Answer[], wording: number) =>
  answers.find(({ paraphrase }) => paraphrase === wording)?.text ?? null;
