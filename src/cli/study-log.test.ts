import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { readBuiltIn } from "../core/corpus/built-in";
import type { Phase } from "../core/study/events";
import { resolveConfig } from "../core/study/presets";
import { planTime } from "../core/study/time-plan";
import { StudyLog } from "./study-log";

const corpus = readBuiltIn("demo", readFileSync("public/demo/demo_questions.json", "utf8"));
const plan = planTime(resolveConfig({ preset: "recommended" }), corpus);
const answering: Phase = {
  ...{ kind: "answer", cycle: 0, role: "baseline", split: "evaluation" },
  ...{ total: 0, unit: "answers" },
};

/** What stands on the terminal when 100 answers of 2 s have been seen, with 300 to come. */
function shown(resumes: boolean, before: number): string {
  vi.useFakeTimers();
  let line = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((line = String(text)), true));
  Object.defineProperty(process.stderr, "isTTY", { value: true, configurable: true });
  const log = new StudyLog(resumes, "PPO", plan);
  const total = before + 400;
  const progress = (done: number) => log.add({ kind: "progress", done, total });
  if (resumes) log.add({ kind: "resumed", from: null });
  log.add({ kind: "phase", phase: { ...answering, total } });
  progress(before);
  vi.advanceTimersByTime(200_000);
  progress(before + 100);
  return line;
}

const { isTTY } = process.stderr;
afterEach(() => {
  Object.defineProperty(process.stderr, "isTTY", { value: isTTY, configurable: true });
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a study that goes on counts its own answers, and not those that it found", () => {
  const [, fresh] = /100 of 400, (.+) left; about/.exec(shown(false, 0))!;
  expect(fresh).toBe("10 min 0 s");
  const [, goneOn] = /300 of 600, (.+) left; about/.exec(shown(true, 200))!;
  expect(goneOn).toBe(fresh);
});

test("its time left of the whole study is that of one that was never stopped", () => {
  const whole = (line: string) => /about (.+) of the study left/.exec(line)![1];
  expect(whole(shown(true, 200))).toBe(whole(shown(false, 0)));
});
