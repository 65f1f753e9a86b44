/** A draft as a person goes through it: every decision is on disk before it shows, so that a reload loses none. */
import { withStop } from "../core/message-of";
import {
  corpusOfDraft,
  type Draft,
  type DraftItem,
  type DraftKind,
  draftId,
  keepProblem,
  type StoredDraft,
  withChanged,
} from "../core/review/draft";
import { fitsFilter, reviewCounts, type ReviewFilter } from "../core/review/filter";
import type { Database } from "../storage/db";
import {
  acceptDraft,
  addDraft,
  changeDraftItems,
  deleteDraft,
  DraftChangedError,
  getDraft,
  type ItemChange,
} from "../storage/drafts";
import type { CorporaState, CorpusEntry } from "./corpora.svelte";

/** Whatever changes the draft waits for the change before, so that each sees what the last one stored. */
export class DraftReview {
  draft = $state.raw<Draft | null>(null);
  items = $state.raw<readonly DraftItem[]>([]);
  /** The item shown, by its position. */
  at = $state(0);
  filter = $state<ReviewFilter>("undecided");
  /** Why the last wish was not met, a sentence; null if it was. */
  problem = $state.raw<string | null>(null);
  /** A draft that was thrown away, as long as that can be undone. */
  discarded = $state.raw<StoredDraft | null>(null);

  /** Positions that the filter shows; the one at hand stays, whatever was decided of it. */
  shown = $derived(
    this.items.filter((item) => fitsFilter(item, this.filter)).map(({ position }) => position),
  );
  current = $derived(this.items[this.at] ?? null);
  counts = $derived(reviewCounts(this.items));

  readonly #db: Database;
  readonly #corpora: CorporaState;
  /** What each decision changed, the last one last. */
  #done = $state.raw<readonly (readonly ItemChange[])[]>([]);
  canUndo = $derived(this.#done.length > 0);
  #last: Promise<unknown> = Promise.resolve();

  constructor(db: Database, corpora: CorporaState) {
    this.#db = db;
    this.#corpora = corpora;
  }

  /** Reads what waits for a corpus, if something does. */
  open(kind: DraftKind, corpusId: string): Promise<void> {
    return this.#inTurn(() => this.#open(draftId(kind, corpusId)));
  }

  /** Decides the item at hand, and goes on to the next one that the filter shows. */
  async decide(decision: "keep" | "drop"): Promise<void> {
    const seen = this.current;
    await this.#change(seen && [seen.position], async ([item]) => {
      const isMade = item!.decision === decision;
      if (isMade && seen!.decision !== decision) return; // a key pressed twice
      this.problem = decision === "keep" ? keepProblem(item!) : null;
      if (this.problem !== null) return;
      const next = this.shown.find((position) => position > item!.position);
      if (!isMade) await this.#store([{ before: item!, after: { ...item!, decision } }]);
      this.at = next ?? this.shown[0] ?? item!.position;
    });
  }

  /** Changes the text at hand; the same text as before takes the change back. */
  async edit(text: string): Promise<void> {
    const seen = this.current;
    await this.#change(seen && [seen.position], async ([item]) => {
      this.problem = null;
      const edited = text.trim() === item!.text ? null : text.trim();
      const changed = { ...item!, edited };
      const decision = keepProblem(changed) === null ? item!.decision : null; // what has no text is not kept
      if (edited === item!.edited && decision === item!.decision) return;
      await this.#store([{ before: item!, after: { ...changed, decision } }]);
    });
  }

  /** Keeps everything that the filters let pass, has a text, and nobody has decided. */
  async keepPassing(): Promise<void> {
    const all = this.items.map(({ position }) => position);
    await this.#change(all, async (items) => {
      const passing = items.filter(
        (item) => item.decision === null && item.reason === null && keepProblem(item) === null,
      );
      await this.#store(
        passing.map((before) => ({ before, after: { ...before, decision: "keep" } })),
      );
      this.at = this.shown[0] ?? this.at;
    });
  }

  async undo(): Promise<void> {
    await this.#ofDraft(async (draft) => {
      const last = this.#done.at(-1);
      if (!last) return;
      const changes = last.map(({ before, after }) => ({ before: after, after: before }));
      const rest = this.#done.slice(0, -1);
      try {
        await changeDraftItems(this.#db, draft, changes);
      } catch (error) {
        if (error instanceof DraftChangedError) this.#done = rest; // it would stand in the way of those before it
        throw error;
      }
      this.#done = rest;
      this.#show(changes);
      this.at = changes[0]!.after.position;
      this.problem = null;
    });
  }

  /** To the next or the one before, of those that the filter shows. */
  move(by: 1 | -1): void {
    const { shown, at } = this;
    const found =
      by === 1 ? shown.find((place) => place > at) : shown.findLast((place) => place < at);
    if (found !== undefined) this.at = found;
  }

  choose(filter: ReviewFilter): void {
    this.filter = filter;
    if (!this.shown.includes(this.at)) this.at = this.shown[0] ?? this.at;
  }

  /**
   * Stores the corpus that the kept texts make, in place of the draft.
   * @returns the new corpus; null where there is no draft any more.
   */
  async accept({ corpus }: CorpusEntry, now = Date.now()): Promise<CorpusEntry | null> {
    return this.#ofDraft(async (draft) => {
      const what = draft.kind === "paraphrases" ? "wordings" : "rules of thumb";
      const imported = { source: `${what} by ${draft.model}`, at: now };
      const made = await acceptDraft(this.#db, draft, (items) => ({
        ...{ id: crypto.randomUUID(), importedAt: now, source: imported.source },
        corpus: corpusOfDraft(corpus, draft.kind, items),
      }));
      const entry = { id: made.id, corpus: made.corpus, imported };
      this.#corpora.add(entry);
      this.#take(null);
      return entry;
    });
  }

  async discard(): Promise<void> {
    await this.#ofDraft(async (draft) => {
      this.discarded = await deleteDraft(this.#db, draft);
      this.#take(null);
    });
  }

  async undoDiscard(): Promise<void> {
    await this.#inTurn(async () => {
      const stored = this.discarded;
      if (stored === null) return;
      const { id, corpusId } = stored.draft;
      const needsCorpus = this.#corpora.find(corpusId)?.imported != null;
      await this.#orAsItIs(id, async () => {
        await addDraft(this.#db, stored, needsCorpus);
        await this.#open(id);
      });
    });
  }

  /** Does work on items as they are once all before is stored; on none where the draft is gone by then. */
  async #change(
    positions: readonly number[] | null,
    work: (items: readonly DraftItem[]) => Promise<void>,
  ): Promise<void> {
    const seen = this.draft;
    if (positions === null || positions.length === 0) return;
    await this.#ofDraft(async (draft) => {
      if (draft.id !== seen?.id || draft.at !== seen.at) return;
      await work(positions.map((position) => this.items[position]!));
    });
  }

  async #store(changes: readonly ItemChange[]): Promise<void> {
    if (changes.length === 0) return;
    await changeDraftItems(this.#db, this.draft!, changes);
    this.#done = [...this.#done, changes];
    this.#show(changes);
  }

  #show(changes: readonly ItemChange[]): void {
    this.items = withChanged(
      this.items,
      changes.map(({ after }) => after),
    );
  }

  /** Does work on the draft, if there is one when it comes to it. @returns null if there is not. */
  #ofDraft<T>(work: (draft: Draft) => Promise<T>): Promise<T | null> {
    return this.#inTurn(async () => {
      const { draft } = this;
      return draft && this.#orAsItIs(draft.id, () => work(draft));
    });
  }

  /** Where another tab was there before, shows what is stored now, and says so. */
  async #orAsItIs<T>(id: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DraftChangedError)) throw error;
      const { at } = this;
      const [draft, done] = [this.draft, this.#done];
      await this.#open(id);
      if (this.draft?.at === draft?.at) this.#done = done;
      if (at < this.items.length) this.at = at;
      this.problem = withStop(error.message);
      return null;
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {}); // whoever asked is told
    return turn;
  }

  async #open(id: string): Promise<void> {
    const found = await getDraft(this.#db, id);
    this.#take(found);
    this.problem = null;
    if (found) this.discarded = null; // put back, it would replace this one
    this.filter = this.items.some(({ decision }) => decision === null) ? "undecided" : "all";
    this.at = this.shown[0] ?? 0;
  }

  #take(stored: StoredDraft | null): void {
    this.draft = stored?.draft ?? null;
    this.items = stored?.items ?? [];
    this.#done = [];
  }
}
