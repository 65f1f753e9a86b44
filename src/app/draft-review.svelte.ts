/** A draft as a person goes through it: every decision is on disk before it shows, so that a reload loses none. */
import {
  corpusOfDraft,
  type Draft,
  type DraftItem,
  type DraftKind,
  draftId,
  keepProblem,
  withChanged,
} from "../core/review/draft";
import { putCorpus } from "../storage/corpora";
import type { Database } from "../storage/db";
import { deleteDraft, getDraft, putDraft, putDraftItems } from "../storage/drafts";
import type { CorporaState, CorpusEntry } from "./corpora.svelte";

export const REVIEW_FILTERS = ["undecided", "passed", "refused", "keep", "drop", "all"] as const;
export type ReviewFilter = (typeof REVIEW_FILTERS)[number];

export class DraftReview {
  draft = $state.raw<Draft | null>(null);
  items = $state.raw<readonly DraftItem[]>([]);
  /** The item shown, by its position. */
  at = $state(0);
  filter = $state<ReviewFilter>("undecided");
  /** Why the last wish was not met, a sentence; null if it was. */
  problem = $state.raw<string | null>(null);
  /** A draft that was thrown away, as long as that can be undone. */
  discarded = $state.raw<{ readonly draft: Draft; readonly items: readonly DraftItem[] } | null>(null); // prettier-ignore

  /** Positions that the filter shows; the one at hand stays, whatever was decided of it. */
  shown = $derived(this.items.filter((item) => this.#fits(item)).map(({ position }) => position));
  current = $derived(this.items[this.at] ?? null);
  counts = $derived.by(() => {
    const of = (test: (item: DraftItem) => boolean) => this.items.filter(test).length;
    return {
      kept: of(({ decision }) => decision === "keep"),
      dropped: of(({ decision }) => decision === "drop"),
      undecided: of(({ decision }) => decision === null),
      passing: of(({ decision, reason }) => decision === null && reason === null),
    };
  });

  readonly #db: Database;
  readonly #corpora: CorporaState;
  /** Items as they were before each decision, the last one last. */
  #before = $state.raw<readonly (readonly DraftItem[])[]>([]);
  canUndo = $derived(this.#before.length > 0);

  constructor(db: Database, corpora: CorporaState) {
    this.#db = db;
    this.#corpora = corpora;
  }

  /** Reads what waits for a corpus, if something does. */
  async open(kind: DraftKind, corpusId: string): Promise<void> {
    const found = await getDraft(this.#db, draftId(kind, corpusId));
    this.#before = [];
    this.problem = null;
    this.draft = found?.draft ?? null;
    this.items = found?.items ?? [];
    if (found) this.discarded = null; // put back, it would replace this one
    this.filter = this.items.some(({ decision }) => decision === null) ? "undecided" : "all";
    this.at = this.shown[0] ?? 0;
  }

  /** Decides the item at hand, and goes on to the next one that the filter shows. */
  async decide(decision: "keep" | "drop"): Promise<void> {
    const item = this.current;
    if (item === null) return;
    this.problem = decision === "keep" ? keepProblem(item) : null;
    if (this.problem !== null) return;
    const next = this.shown.find((position) => position > item.position);
    await this.#replace([{ ...item, decision }]);
    this.at = next ?? this.shown[0] ?? item.position;
  }

  /** Changes the text at hand; the same text as before takes the change back. */
  async edit(text: string): Promise<void> {
    const item = this.current;
    if (item === null) return;
    this.problem = null;
    const changed = { ...item, edited: text.trim() === item.text ? null : text.trim() };
    const decision = keepProblem(changed) === null ? item.decision : null; // what has no text is not kept
    await this.#replace([{ ...changed, decision }]);
  }

  /** Keeps everything that the filters let pass, has a text, and nobody has decided. */
  async keepPassing(): Promise<void> {
    const passing = this.items.filter(
      (item) => item.decision === null && item.reason === null && keepProblem(item) === null,
    );
    await this.#replace(passing.map((item) => ({ ...item, decision: "keep" as const })));
    this.at = this.shown[0] ?? this.at;
  }

  async undo(): Promise<void> {
    const before = this.#before.at(-1);
    if (!before) return;
    await putDraftItems(this.#db, before);
    this.#before = this.#before.slice(0, -1);
    this.items = withChanged(this.items, before);
    this.at = before[0]!.position;
    this.problem = null;
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

  /** Stores the corpus that the kept texts make, and forgets the draft. @returns the new corpus. */
  async accept({ corpus }: CorpusEntry, now = Date.now()): Promise<CorpusEntry> {
    const { id, kind, model } = this.draft!;
    const made = corpusOfDraft(corpus, kind, this.items);
    const what = kind === "paraphrases" ? "wordings" : "rules of thumb";
    const imported = { source: `${what} by ${model}`, at: now };
    const entry = { id: crypto.randomUUID(), corpus: made, imported };
    const { source, at } = imported;
    await putCorpus(this.#db, { id: entry.id, importedAt: at, source, corpus: made });
    this.#corpora.add(entry);
    await deleteDraft(this.#db, id);
    this.#forget();
    return entry;
  }

  async discard(): Promise<void> {
    const { draft, items } = this;
    if (draft === null) return;
    await deleteDraft(this.#db, draft.id);
    this.discarded = { draft, items };
    this.#forget();
  }

  async undoDiscard(): Promise<void> {
    if (this.discarded === null) return;
    const { draft, items } = this.discarded;
    await putDraft(this.#db, draft, items);
    this.discarded = null;
    await this.open(draft.kind, draft.corpusId);
  }

  async #replace(items: readonly DraftItem[]): Promise<void> {
    if (items.length === 0) return;
    const before = items.map(({ position }) => this.items[position]!);
    await putDraftItems(this.#db, items);
    this.#before = [...this.#before, before];
    this.items = withChanged(this.items, items);
  }

  #forget(): void {
    this.draft = null;
    this.items = [];
    this.#before = [];
  }

  #fits({ decision, reason }: DraftItem): boolean {
    switch (this.filter) {
      case "undecided":
        return decision === null;
      case "passed":
        return reason === null;
      case "refused":
        return reason !== null;
      case "keep":
      case "drop":
        return decision === this.filter;
      case "all":
        return true;
    }
  }
}
