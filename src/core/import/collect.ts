import type { Foundation, Question, QuestionId } from "../corpus/corpus";
import type { CorpusOrigin } from "./origin";
import { type Json, isRejection, type Rejection, type SourceRecord } from "./record";

/** What the records of a file come to. */
export interface Collected {
  readonly questions: readonly Question[];
  /** Pairs of answers, each a record. */
  readonly pairs: number;
  /** Answers that somebody gave; the choices of a benchmark are none. */
  readonly answers: number;
  /** Moral foundations by question, of a file that has nothing else. */
  readonly labels: readonly FoundationLabels[];
  readonly kept: CorpusOrigin["kept"];
  /** Records refused only once all were seen. */
  readonly rejected: readonly Rejection[];
  readonly notes: readonly string[];
}

export interface FoundationLabels {
  readonly id: QuestionId;
  readonly foundations: readonly Foundation[];
}

/** Takes a file's records one by one. */
export interface Collector {
  /** @returns why the record is refused; null if it is taken. */
  add(record: SourceRecord): Rejection | null;
  finish(): Collected;
}

/** Keeps columns of the records that are taken. */
export class Keeper {
  readonly #columns: readonly string[];
  readonly #values: (Json | null)[][];

  constructor(columns: readonly string[]) {
    this.#columns = columns;
    this.#values = columns.map(() => []);
  }

  keep({ values }: SourceRecord): void {
    this.#columns.forEach((column, i) => this.#values[i]!.push(values[column] ?? null));
  }

  get kept(): CorpusOrigin["kept"] {
    return this.#columns.map((column, i) => ({ column, values: this.#values[i]! }));
  }
}

/** A format of a record a question, whose columns are all kept. */
export function onePerRecord(
  columns: readonly string[],
  read: (record: SourceRecord, order: number) => Question | Rejection,
): Collector {
  const keeper = new Keeper(columns);
  const questions: Question[] = [];
  const rowOf = new Map<QuestionId, number>();
  return {
    add(record) {
      const question = read(record, questions.length + 1);
      if (isRejection(question)) return question;
      const first = rowOf.get(question.id);
      if (first !== undefined) {
        const reason = `row ${first} has the id ${question.id} too. Give each question its own id.`;
        return { row: record.row, column: null, reason };
      }
      rowOf.set(question.id, record.row);
      questions.push(question);
      keeper.keep(record);
      return null;
    },
    finish: () => ({ ...nothing, questions, kept: keeper.kept }),
  };
}

export const nothing: Collected = {
  questions: [],
  pairs: 0,
  answers: 0,
  labels: [],
  kept: [],
  rejected: [],
  notes: [],
};
