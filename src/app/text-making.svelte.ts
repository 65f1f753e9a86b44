/** Has a model word questions anew, or draw rules from answers, and holds what it wrote until a person has gone through it. */
import { type CostEstimate, type Spending, estimateCost } from "../core/chat/cost";
import { type AskedText, type ReplySource, TRIES } from "../core/chat/reply-source";
import { chatRequest } from "../core/chat/request";
import type { Encoder } from "../core/encode/encoder";
import { messageOf } from "../core/message-of";
import { PARAPHRASE_LIMITS } from "../core/paraphrase/judge";
import { makeParaphrases, paraphraseRequests } from "../core/paraphrase/make";
import { PARAPHRASE_PROMPT, PARAPHRASE_START } from "../core/paraphrase/prompt";
import { type Draft, type DraftItem, type DraftKind, draftId, paraphraseItems, rotItems } from "../core/review/draft"; // prettier-ignore
import { answersWithoutRot, makeRots, rotRequests } from "../core/rots/make";
import { ROT_PROMPT, ROT_START } from "../core/rots/prompt";
import type { EncoderChoice } from "../protocol/encoder";
import type { Database } from "../storage/db";
import { addDraft, checkDraftFree } from "../storage/drafts";
import { missingReplies } from "../storage/replies";
import type { CorpusEntry } from "./corpora.svelte";
import { deviceEncoder } from "./device-writer";
import { type Device, endIfBroken } from "./device.svelte";
import type { OpenChat } from "./remote-chat";
import { openWriter, type WriterChoice, writerConfig } from "./text-writer";

export type MakingStatus =
  | { readonly kind: "idle" | "stopped" }
  /** `msLeft` is null before the first text. */
  | {
      readonly kind: "working";
      readonly done: number;
      readonly total: number;
      readonly msLeft: number | null;
    }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "done"; readonly draft: Draft; readonly spending: Spending | null };

/** What is to be made, of which corpus. */
export interface Wanted {
  readonly kind: DraftKind;
  readonly entry: CorpusEntry;
}

export class TextMaking implements WriterChoice {
  source = $state<"api" | "local">("api");
  baseUrl = $state("http://localhost:1234/v1");
  model = $state("");
  /** In memory; the user may have it remembered (KeyRing). */
  apiKey = $state("");
  inputPrice = $state<number | null>(null);
  outputPrice = $state<number | null>(null);
  budget = $state<number | null>(null);
  /** A model in this browser. */
  target = $state("demo");
  /** Wordings that each question is to have. */
  n = $state(5);
  status = $state.raw<MakingStatus>({ kind: "idle" });
  /** The id of the draft that the status is about. */
  of = $state.raw<string | null>(null);
  working = $derived(this.status.kind === "working");

  readonly #db: Database;
  readonly #ports: { readonly device: Pick<Device, "start" | "end">; readonly openChat: OpenChat };
  readonly #now: () => number;
  #stop = new AbortController();

  constructor(
    db: Database,
    device: Pick<Device, "start" | "end">,
    openChat: OpenChat,
    now = Date.now,
  ) {
    this.#db = db;
    this.#ports = { device, openChat };
    this.#now = now;
  }

  /** How many requests the first round has; more follow where too little passes. */
  requests({ kind, entry }: Wanted): number {
    return this.#asked({ kind, entry }).length;
  }

  /** The most that the first round costs. */
  async estimate(wanted: Wanted): Promise<CostEstimate> {
    const config = writerConfig(this, wanted.kind);
    const requests = this.#asked(wanted).map(({ prompt, sample }) =>
      chatRequest(config, prompt, sample),
    );
    return estimateCost(requests, await missingReplies(this.#db, requests), config);
  }

  /**
   * Makes a draft where there is none, or ends in a state that says why not. Replies of an API are kept
   * whatever happens: making again asks for none of them twice.
   */
  async make(wanted: Wanted, encoder: EncoderChoice): Promise<void> {
    if (this.working) return;
    const id = draftId(wanted.kind, wanted.entry.id);
    this.of = id;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const start = this.#now();
    const onProgress = (done: number, total: number) => {
      const msLeft = done === 0 ? null : ((this.#now() - start) / done) * (total - done);
      this.status = { kind: "working", done, total, msLeft };
    };
    try {
      onProgress(0, this.requests(wanted));
      const corpusIsStored = wanted.entry.imported !== null;
      await checkDraftFree(this.#db, { id, corpusId: wanted.entry.id }, corpusIsStored);
      const { writer, spending } = await openWriter(
        this,
        { kind: wanted.kind, payer: id },
        this.#ports,
        signal,
      );
      const hooks = { signal, onProgress };
      const compare = wanted.kind === "paraphrases" ? await this.#encoder(encoder, signal) : null;
      const items = await this.#items(wanted, id, writer, compare, hooks);
      if (items.length === 0) throw new RangeError("the model wrote no text");
      const draft: Draft = {
        ...{ id, kind: wanted.kind, corpusId: wanted.entry.id, model: writer.name },
        encoder: compare && { name: compare.name, revision: compare.revision },
        at: this.#now(),
      };
      await addDraft(this.#db, { draft, items }, corpusIsStored);
      this.status = { kind: "done", draft, spending: spending() };
    } catch (error) {
      endIfBroken(this.#ports.device, error);
      this.status = signal.aborted
        ? { kind: "stopped" }
        : { kind: "failed", message: messageOf(error) };
    }
  }

  cancel(): void {
    this.#stop.abort();
  }

  async #items(
    { kind, entry: { corpus } }: Wanted,
    id: string,
    writer: ReplySource,
    compare: Encoder | null,
    hooks: { readonly signal: AbortSignal; readonly onProgress: (d: number, t: number) => void },
  ): Promise<readonly DraftItem[]> {
    const prompt = this.#prompt(kind);
    if (kind === "rots") {
      const answers = answersWithoutRot(corpus.questions);
      return rotItems(id, await makeRots(answers, { prompt, tries: TRIES }, writer, hooks));
    }
    const settings = { n: this.n, prompt, tries: TRIES, limits: PARAPHRASE_LIMITS };
    const lacking = corpus.questions.filter(({ paraphrases }) => paraphrases.length < this.n);
    const made = await makeParaphrases(lacking, settings, writer, compare, hooks);
    return paraphraseItems(id, corpus, made);
  }

  #asked({ kind, entry: { corpus } }: Wanted): AskedText[] {
    const prompt = this.#prompt(kind);
    if (kind === "rots") return rotRequests(answersWithoutRot(corpus.questions), { prompt });
    const lacking = corpus.questions.filter(({ paraphrases }) => paraphrases.length < this.n);
    return paraphraseRequests(lacking, { n: this.n, prompt });
  }

  #prompt(kind: DraftKind): string {
    const follows = this.source === "api";
    if (kind === "rots") return follows ? ROT_PROMPT : ROT_START;
    return follows ? PARAPHRASE_PROMPT : PARAPHRASE_START;
  }

  async #encoder(choice: EncoderChoice, signal: AbortSignal): Promise<Encoder> {
    const { client } = await this.#ports.device.start();
    return deviceEncoder(client, choice, signal);
  }
}
