import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { ApiError } from "../clients/chat/errors";
import { NOTHING_SPENT } from "../core/chat/cost";
import { draftId } from "../core/review/draft";
import { connect, type Handlers, serve } from "../protocol/rpc";
import type { StudyContract } from "../protocol/study";
import { openDatabase } from "../storage/db";
import { addDraft, getDraft } from "../storage/drafts";
import { someDraft } from "../storage/rows.fixture";
import type { CorpusEntry } from "./corpora.svelte";
import { Device } from "./device.svelte";
import type { OpenChat } from "./remote-chat";
import { TextMaking } from "./text-making.svelte";

const entry: CorpusEntry = {
  id: "c1",
  corpus: {
    name: "mine",
    questions: [
      {
        ...{ id: 7, text: "Is it wrong to lie to a friend?", topic: null },
        paraphrases: ["Should I lie to a friend?"],
        recorded: [{ text: "No. It would hurt.", rot: null }],
      },
    ],
    recordedModel: "somebody",
  },
  imported: null,
};
const encoder = { encoder: "use-lite", encoderHost: "https://hub.example" };
const noChat: OpenChat = () => Promise.reject(new Error("no API is asked here"));

type Some = Partial<Pick<Handlers<StudyContract>, "write" | "embed">>;
let databases = 0;

/** A worker that writes and embeds as given, over a real port. */
async function makingWith(handlers: Some, openChat = noChat) {
  const db = await openDatabase({ name: `making-${++databases}` });
  const unwanted = () => Promise.reject(new Error("not asked for here"));
  const device = new Device(
    () => {
      const { port1, port2 } = new MessageChannel();
      serve<StudyContract>(port2, {
        start: async () => ({ backend: "cpu", description: "test", reasons: [] }),
        ...{ runStudy: unwanted, sweep: unwanted, remeasure: unwanted, merge: unwanted },
        ...{ pause: unwanted, write: unwanted, embed: unwanted },
        ...handlers,
      });
      return { client: connect<StudyContract>(port1), terminate: () => port1.close() };
    },
    { demoModel: "", encoder: "", wasm: "", onnx: "" },
  );
  return { db, making: new TextMaking(db, device, openChat) };
}

test("a model of this browser writes by blocks with seeds of their own, and what it wrote is a draft that waits", async () => {
  const asked: string[] = [];
  const { db, making } = await makingWith({
    async write({ target, prompts }) {
      asked.push(...prompts.map(({ prompt, seed }) => `${target} ${seed} ${prompt}`));
      return prompts.map(() => " You should not hurt your friends.\nQuestion: Other?");
    },
  });
  making.source = "local";
  await making.make({ kind: "rots", entry }, encoder);
  expect(making.status).toMatchObject({ kind: "done", spending: null });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/^demo \d+ [^]*Answer: No\. It would hurt\.\nRule of thumb:$/);
  const found = await getDraft(db, draftId("rots", "c1"));
  expect(found!.draft).toMatchObject({ model: "the demo model", encoder: null });
  expect(found!.items).toMatchObject([
    {
      text: "You should not hurt your friends.",
      reason: null,
      answer: { text: "No. It would hurt.", paraphrase: 0 },
      decision: null,
    },
  ]);
});

test("wordings of an API are compared by the study's encoder, which the draft names", async () => {
  const { db, making } = await makingWith(
    {
      embed: async ({ choice, texts }) => ({
        ...{ name: choice.encoder, revision: "r1" },
        vectors: texts.map((text) =>
          Float32Array.of(1, text.includes("weather") ? 9 : text.includes("lie") ? 0 : 0.5),
        ),
      }),
    },
    async () => ({
      complete: async () => "1. Is deceiving friends a wrong?\n2. How is the weather today?",
      spending: () => NOTHING_SPENT,
    }),
  );
  making.model = "mock-1";
  making.n = 2;
  expect(making.requests({ kind: "paraphrases", entry })).toBe(1);
  await making.make({ kind: "paraphrases", entry }, encoder);
  const found = await getDraft(db, draftId("paraphrases", "c1"));
  expect(found!.draft.encoder).toEqual({ name: "use-lite", revision: "r1" });
  expect(found!.items.map(({ reason }) => reason)).toEqual([
    null,
    expect.stringMatching(/^It is too far/),
  ]);
});

test("what the API refuses, a missing model and a budget without prices are told, and nothing is stored", async () => {
  const { db, making } = await makingWith({}, () => Promise.reject(new ApiError("The key is wrong."))); // prettier-ignore
  const failed = async (said: string) => {
    await making.make({ kind: "rots", entry }, encoder);
    expect(making.status).toMatchObject({ kind: "failed", message: expect.stringContaining(said) as string }); // prettier-ignore
  };
  await failed("Enter the model’s id");
  making.model = "m";
  making.budget = 1;
  await failed("A budget needs both prices");
  making.budget = null;
  await failed("The key is wrong.");
  making.baseUrl = "nowhere";
  await failed("“nowhere” is no address");
  expect(await getDraft(db, draftId("rots", "c1"))).toBeNull();
});

test("a cancel ends the requests on the way, and says so", async () => {
  const { db, making } = await makingWith({}, async () => ({
    complete: (_prompt, _sample, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        making.cancel();
      }),
    spending: () => NOTHING_SPENT,
  }));
  making.model = "m";
  await making.make({ kind: "rots", entry }, encoder);
  expect(making.status).toEqual({ kind: "stopped" });
  expect(await getDraft(db, draftId("rots", "c1"))).toBeNull();
});

test("texts that another tab made, before or meanwhile, and a corpus that is gone, are left as they are", async () => {
  let asked = 0;
  const { db, making } = await makingWith({
    async write({ prompts }) {
      if (++asked === 1) await addDraft(db, other, false);
      return prompts.map(() => " You should not hurt your friends.");
    },
  });
  const other = someDraft("rots", "c1");
  making.source = "local";
  const failed = { kind: "failed", message: expect.stringMatching(/another tab/i) as string };
  for (let times = 0; times < 2; times++) {
    await making.make({ kind: "rots", entry }, encoder);
    expect(making.status).toMatchObject(failed);
    expect(await getDraft(db, other.draft.id)).toEqual(other);
    expect(asked).toBe(1);
  }

  const imported = { ...entry, id: "c2", imported: { source: "mine.csv", at: 1 } };
  await making.make({ kind: "rots", entry: imported }, encoder);
  expect(making.status).toMatchObject({ kind: "failed", message: expect.stringContaining("was deleted") as string }); // prettier-ignore
  expect(await getDraft(db, draftId("rots", "c2"))).toBeNull();
});
