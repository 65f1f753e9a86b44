import fc from "fast-check";
import { expect, test } from "vitest";
import { type Route, hrefOf, parseRoute } from "./route.svelte";

test.each<[string, Route]>([
  ["", { page: "study", runId: null }],
  ["#/study", { page: "study", runId: null }],
  ["#/study/r1", { page: "study", runId: "r1" }],
  ["#/corpus", { page: "corpus", corpusId: null }],
  ["#/corpus/demo", { page: "corpus", corpusId: "demo" }],
  ["#/question/r1/5884", { page: "question", runId: "r1", questionId: 5884 }],
  ["#/question/r1/a%2Fb", { page: "question", runId: "r1", questionId: "a/b" }],
  ["#/question/r1", { page: "study", runId: "r1" }],
  ["#/setup", { page: "setup" }],
  ["#/label", { page: "label", taskId: null, rater: null }],
  ["#/label/t1", { page: "label", taskId: "t1", rater: null }],
  ["#/label/t1/Ann%20%2F%20B", { page: "label", taskId: "t1", rater: "Ann / B" }],
  ["#/label//Ann", { page: "label", taskId: null, rater: null }],
  ["#/agreement", { page: "agreement", taskId: null }],
  ["#/agreement/t1", { page: "agreement", taskId: "t1" }],
  ["#/home", { page: "home" }],
  ["#/runs", { page: "runs" }],
  ["#/methods", { page: "methods" }],
  ["#/runs?sort=name&a=%2F", { page: "runs", view: "sort=name&a=%2F" }],
  ["#/map/r1", { page: "map", runId: "r1" }],
  ["#/map/r%3F1?text=lie%3F", { page: "map", runId: "r?1", view: "text=lie%3F" }],
  ["#/map", { page: "study", runId: null }],
  ["#/select/r1?start=.9", { page: "select", runId: "r1", view: "start=.9" }],
  ["#/compare", { page: "compare", before: null, after: null }],
  ["#/compare/r1~lora~1/r2~ppo~2", { page: "compare", before: "r1~lora~1", after: "r2~ppo~2" }],
  ["#/self-test", { page: "self-test" }],
  ["#/storage", { page: "storage" }],
  ["#/nowhere", { page: "study", runId: null }],
  ["#/corpus/50%", { page: "corpus", corpusId: "50%" }],
])("the address %j names its page", (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

test("what a page shows goes into its address and comes back from it", () => {
  const pairs = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string()), { minLength: 1 });
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), pairs, (runId, chosen) => {
      const route = { page: "map", runId, view: new URLSearchParams(chosen).toString() } as const;
      expect(parseRoute(hrefOf(route))).toEqual(route);
    }),
  );
});

test("every question has an address that leads back to it", () => {
  const text = fc.string({ minLength: 1, unit: "grapheme" }).filter((id) => id.trim() === id);
  const questionId = fc.oneof(
    fc.maxSafeInteger(),
    text.filter((id) => Number.isNaN(Number(id))),
  );
  fc.assert(
    fc.property(text, questionId, (runId, questionId) => {
      const route = { page: "question", runId, questionId } as const;
      expect(parseRoute(hrefOf(route))).toEqual(route);
    }),
  );
});
