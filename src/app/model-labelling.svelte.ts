import type { CachedChat } from "../clients/chat/cached";
import { EmptyReplyError, FilteredError } from "../clients/chat/errors";
import { inParallel } from "../clients/in-parallel";
import type { OpenChat } from "./remote-chat";
import { askedSamples, itemsToAsk, raterPrompt, replyEvents } from "../core/annotation/model-rater";
import type { Spending } from "../core/chat/cost";
import { foldSession } from "../core/annotation/queue";
import type { Rater } from "../core/annotation/session-file";
import type { LabelTask } from "../core/annotation/task";
import { PASSWORD_REFUSED, holdsPassword } from "../core/study/address";
import { messageOf } from "../core/message-of";
import type { Database } from "../storage/db";
import { appendSessionEvent, sessionEventsOf } from "../storage/sessions";
import type { Lease } from "../storage/leases";
import { withSession } from "./session-lock";
import type { Locks } from "./writer-lock";

/** How a rater is asked. */
const ASKING = {
  temperature: 0,
  /** Enough for a model that reasons first; one that does not stops after its label. */
  maxTokens: 2048,
  requestsAtOnce: 4,
  timeoutSeconds: 300,
  ...{ inputPrice: null, outputPrice: null, budget: null, tokenBudget: null },
};

export type ModelWork =
  | { readonly kind: "idle" }
  /** `msLeft` is null before the first reply. */
  | {
      readonly kind: "asking";
      readonly done: number;
      readonly total: number;
      readonly msLeft: number | null;
    }
  /** All are asked, or it was stopped; `unread` replies were no label. */
  | {
      readonly kind: "ended";
      readonly stopped: boolean;
      readonly done: number;
      readonly total: number;
      readonly unread: number;
      /** Of all that was asked about the task. */
      readonly spending: Spending;
    }
  /** `done` replies of this time are stored. */
  | { readonly kind: "failed"; readonly message: string; readonly done: number };

/**
 * Asks a model behind an OpenAI-compatible API what raters of a task are asked. Each reply is an event of the model's
 * session and on disk before it counts, so that what stops it, be it the user, a fault or the tab's end, loses no
 * more than the few requests on the way, and the next start goes on from there.
 */
export class ModelLabelling {
  baseUrl = $state("http://localhost:1234/v1");
  model = $state("");
  /** In memory; the user may have it remembered (KeyRing). */
  apiKey = $state("");
  /** Of the task asked about last. */
  work = $state.raw<ModelWork>({ kind: "idle" });
  taskId = $state.raw<string | null>(null);

  readonly #db: Database;
  readonly #locks: Locks;
  readonly #onlabelled: (taskId: string) => Promise<void>;
  readonly #openChat: OpenChat;
  readonly #now: () => number;
  #stop = new AbortController();

  /** @param onlabelled  called when asking has ended, however it did. */
  constructor(
    db: Database,
    locks: Locks,
    onlabelled: (taskId: string) => Promise<void>,
    openChat: OpenChat,
    now = Date.now,
  ) {
    this.#db = db;
    this.#locks = locks;
    this.#onlabelled = onlabelled;
    this.#openChat = openChat;
    this.#now = now;
  }

  /** How many items the model named has still to be asked about; null without a name. */
  async left(task: LabelTask): Promise<number | null> {
    const rater = this.#rater();
    if (rater.name === "") return null;
    const events = await sessionEventsOf(this.#db, task.id, rater);
    return itemsToAsk(task, foldSession(task, events)).length;
  }

  /**
   * Asks about every item that has no label yet.
   * @param again  also about those whose reply could not be read.
   */
  async ask(task: LabelTask, again = false): Promise<void> {
    if (this.work.kind === "asking") return;
    this.taskId = task.id;
    this.work = { kind: "asking", done: 0, total: task.items.length, msLeft: null };
    this.#stop = new AbortController();
    const rater = this.#rater();
    try {
      const baseUrl = checkAddress(this.baseUrl);
      if (rater.name === "") throw new RangeError("Enter the model’s id, as the server names it");
      const config = { ...ASKING, baseUrl, model: rater.name };
      const chat = await this.#openChat(config, this.apiKey.trim() || null, `task:${task.id}`);
      const held = await withSession(this.#db, this.#locks, task.id, rater, (lease, lost) => {
        lost.addEventListener("abort", () => this.#stop.abort());
        return this.#askAll(chat, task, rater, again, lease);
      });
      if (held === null) throw new RangeError(`another tab is asking ${rater.name} just now`);
    } catch (error) {
      const { done } = this.work;
      this.work = { kind: "failed", message: messageOf(error), done };
    }
    await this.#onlabelled(task.id);
  }

  /** What was labelled stays. */
  cancel(): void {
    this.#stop.abort();
  }

  async #askAll(
    chat: CachedChat,
    task: LabelTask,
    rater: Rater,
    again: boolean,
    lease: Lease | null,
  ): Promise<void> {
    const stop = this.#stop;
    const events = await sessionEventsOf(this.#db, task.id, rater);
    const state = foldSession(task, events);
    const samples = askedSamples(task, events);
    const items = itemsToAsk(task, state, again);
    const total = items.length;
    const start = this.#now();
    let [done, unread] = [0, 0];
    const show = () => {
      const msLeft = done === 0 ? null : ((this.#now() - start) / done) * (total - done);
      this.work = { kind: "asking", done, total, msLeft };
    };
    show();
    try {
      await inParallel(items, ASKING.requestsAtOnce, stop.signal, async (item) => {
        const prompt = raterPrompt(task, task.items[item]!);
        const reply = await replyOf(chat, prompt, samples[item]!, stop.signal);
        for (const event of replyEvents(item, reply, this.#now(), state)) {
          await appendSessionEvent(this.#db, task.id, rater, event, lease);
          if (event.kind === "comment" && event.text !== "") unread++;
        }
        done++;
        show();
      });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
    const spending = chat.spending();
    this.work = { kind: "ended", stopped: done < total, done, total, unread, spending };
  }

  #rater(): Rater {
    return { name: this.model.trim(), kind: "model" };
  }
}

/** A filtered text is a reply without a label; the other pairs go on. */
async function replyOf(
  chat: CachedChat,
  prompt: string,
  sample: number,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await chat.complete(prompt, sample, signal);
  } catch (error) {
    if (error instanceof EmptyReplyError) return "";
    if (error instanceof FilteredError) return `(no reply: ${error.message})`;
    throw error;
  }
}

function checkAddress(text: string): string {
  if (holdsPassword(text)) throw new RangeError(PASSWORD_REFUSED);
  if (/^https?:\/\/\S+$/i.test(text.trim())) return text.trim();
  throw new RangeError(`“${text}” is no address; write one like http://localhost:1234/v1`);
}
