/**
 * The command line against an API that fails: 1,000 requests, a fifth of them with a fault, and the process killed twice.
 *
 * What "paid for once" can mean. A server bills a completion when it has made it. Where the reply is lost on the way (a
 * connection cut, a process killed between reading and storing it) nothing tells the asking side what it was, and the API
 * has no way to ask for it again: it is asked anew, and may be billed anew. So two things are held here. Nothing that was stored
 * is ever asked for again; and beyond one delivery a request there are no more than were on the way at the kills.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StoredReply } from "../../src/core/chat/reply";
import { importMcc } from "../../src/core/corpus/mcc";
import { toCsv } from "../../src/core/format/csv";
import { type MockServer, mockServer } from "../api/mock-server";
import { buildSteadfast, folderOf, type Steadfast } from "../cli/steadfast";

const CANARY = "sk-canary-5d0e77a1c9b2";
const QUESTIONS = 200;
const WORDINGS = 5;
const AT_ONCE = 8;
/** Kills fall when so many replies are stored. */
const KILLS = [200, 600];

const corpus = toCsv(
  ["question_id", "question", "paraphrased"],
  Array.from({ length: QUESTIONS * WORDINGS }, (_, i) => ({
    question_id: Math.floor(i / WORDINGS) + 1,
    question: `May one do thing ${Math.floor(i / WORDINGS) + 1}?`,
    paraphrased: `Is thing ${Math.floor(i / WORDINGS) + 1} fine, put ${(i % WORDINGS) + 1}?`,
  })),
);

let steadfast: Steadfast;
let cwd: string;
let server: MockServer;
beforeAll(async () => {
  steadfast = await buildSteadfast();
  cwd = await folderOf({ "corpus.csv": corpus });
  server = await mockServer({ seed: 11, faults: 0.2, latency: 2 });
});
afterAll(async () => {
  await server.close();
  await steadfast.remove();
  await rm(cwd, { recursive: true });
});

const said: string[] = [];

function start(): { readonly child: ChildProcess; readonly ended: Promise<number | null> } {
  const argv = [
    ...["answer", "--corpus", "corpus.csv", "--out", "answers.csv", "--api", server.baseUrl],
    ...["--api-model", "mock-1", "--requests-at-once", String(AT_ONCE), "--timeout", "1"],
  ];
  const child = spawn(process.execPath, [steadfast.entry, ...argv], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, STEADFAST_API_KEY: CANARY },
  });
  for (const out of [child.stdout, child.stderr]) out.on("data", (text) => said.push(String(text)));
  const ended = new Promise<number | null>((done) => child.once("close", done));
  return { child, ended };
}

const cache = () => join(cwd, "answers.csv.replies.jsonl");
const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

function stored(): StoredReply[] {
  if (!existsSync(cache())) return [];
  return linesOf(readFileSync(cache(), "utf8")).flatMap((line) => {
    try {
      return [JSON.parse(line) as StoredReply];
    } catch {
      return []; // cut by a kill
    }
  });
}
const promptOf = ({ request }: StoredReply) => request.messages[0]!.content;

test("1,000 requests with a fifth of faults and two kills: each is answered, none that was stored is asked again, and the key stays with the server", async () => {
  /** What was stored at a kill, and how much had been asked until then. */
  const kills: { readonly stored: ReadonlySet<string>; readonly asked: number }[] = [];
  for (const at of KILLS) {
    const { child, ended } = start();
    while (stored().length < at && child.exitCode === null) {
      await new Promise((soon) => setTimeout(soon, 5));
    }
    child.kill("SIGKILL");
    expect(await ended).toBeNull(); // it was at work
    kills.push({ stored: new Set(stored().map(promptOf)), asked: server.asked.length });
    expect(kills.at(-1)!.stored.size).toBeGreaterThanOrEqual(at);
  }
  const { ended } = start();
  expect(await ended, said.slice(-5).join("")).toBe(0);
  for (const { stored, asked } of kills) {
    expect(server.asked.slice(asked).filter((prompt) => stored.has(prompt))).toEqual([]);
  }

  // Every request is answered, by what the server said to that very prompt.
  const answered = importMcc(await readFile(join(cwd, "answers.csv"), "utf8"), "answers.csv");
  const answers = answered.questions.flatMap(({ paraphrases, recorded }) =>
    paraphrases.map((wording, i) => [wording, recorded![i]!.text] as const),
  );
  expect(answers).toHaveLength(QUESTIONS * WORDINGS);
  for (const [wording, text] of answers) expect(text).toContain(wording);

  // One reply a key is kept, and paid for once: what was delivered twice was on the way at a kill.
  const replies = stored();
  expect(new Set(replies.map(({ key }) => key)).size).toBe(QUESTIONS * WORDINGS);
  expect(replies).toHaveLength(QUESTIONS * WORDINGS);
  const deliveries = [...server.delivered.values()];
  const more = deliveries.reduce((sum, n) => sum + n - 1, 0);
  expect(deliveries).toHaveLength(QUESTIONS * WORDINGS);
  expect(more).toBeLessThanOrEqual(KILLS.length * AT_ONCE);
  expect(server.most()).toBeLessThanOrEqual(AT_ONCE);
  for (const fault of server.faulted.values()) expect(fault).toBeGreaterThan(0);
  expect(server.faulted.size).toBe(6);
  const faults = [...server.faulted.values()].reduce((a, b) => a + b);
  console.log(
    `${replies.length} replies, ${faults} faults, ${more} delivered a second time after ${KILLS.length} kills`,
  );

  // The server heard the key, repeated it in each reply, and nothing of that was kept or said.
  expect(server.keys).toEqual(new Set([`Bearer ${CANARY}`]));
  const kept = [readFileSync(cache(), "utf8"), await readFile(join(cwd, "answers.csv"), "utf8")];
  for (const text of [...kept, ...said]) expect(text.includes(CANARY)).toBe(false);
}, 300_000);
