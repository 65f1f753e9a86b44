import type { Answer, AnswerSet } from "../answers/answer";
import type { StudyStore } from "./ports";

/** A wording of a question. */
export type Place = Pick<Answer, "questionId" | "paraphrase">;

type Store = Pick<StudyStore, "saveAnswers" | "loadAnswers">;

/** The answers of a set so far, on their way into the store. */
export class PartialSet {
  readonly #set: AnswerSet;
  readonly #places: readonly Place[];
  readonly #store: Store;
  readonly #answers = new Map<string, Answer>();
  #unsaved = false;
  #saving: Promise<void> | null = null;

  private constructor(set: AnswerSet, places: readonly Place[], store: Store) {
    this.#set = set;
    this.#places = places;
    this.#store = store;
  }

  /** With what is stored of it. @param places  all that are to be answered, in the set's order. */
  static async open(set: AnswerSet, places: readonly Place[], store: Store): Promise<PartialSet> {
    const partial = new PartialSet(set, places, store);
    const wanted = new Set(places.map(keyOf));
    for (const answer of (await store.loadAnswers(set)) ?? []) {
      if (wanted.has(keyOf(answer))) partial.#answers.set(keyOf(answer), answer);
    }
    return partial;
  }

  /** How many places are answered before the first that is not. */
  get leading(): number {
    const first = this.#places.findIndex((place) => !this.#answers.has(keyOf(place)));
    return first === -1 ? this.#places.length : first;
  }

  missing(): Place[] {
    return this.#places.filter((place) => !this.#answers.has(keyOf(place)));
  }

  add(answer: Answer): void {
    const key = keyOf(answer);
    if (this.#answers.get(key) === answer) return;
    this.#answers.set(key, answer);
    this.#unsaved = true;
  }

  /** As `add`, and the store has it soon; `saved` tells of a failure. */
  addAndSave(answer: Answer): void {
    this.add(answer);
    this.saved().catch(() => {}); // the caller's next `saved` writes again, and throws
  }

  /** Resolves when the store has all that was added. One write is under way at a time. */
  async saved(): Promise<void> {
    while (this.#unsaved || this.#saving) {
      this.#saving ??= this.#write();
      await this.#saving;
    }
  }

  /** @throws Error naming a wording that was not answered. */
  complete(): readonly Answer[] {
    return this.#places.map((place) => {
      const answer = this.#answers.get(keyOf(place));
      if (answer !== undefined) return answer;
      throw new Error(
        `wording ${place.paraphrase + 1} of question ${place.questionId} has no answer`,
      );
    });
  }

  async #write(): Promise<void> {
    this.#unsaved = false;
    const answers = this.#places.flatMap((place) => this.#answers.get(keyOf(place)) ?? []);
    try {
      await this.#store.saveAnswers(this.#set, answers);
    } catch (error) {
      this.#unsaved = true;
      throw error;
    } finally {
      this.#saving = null;
    }
  }
}

const keyOf = ({ questionId, paraphrase }: Place) => JSON.stringify([questionId, paraphrase]);
