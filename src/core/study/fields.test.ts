import { expect, test } from "vitest";
import { chatFields, fieldGroups, generalFields } from "./fields";
import { resolveConfig } from "./presets";

const all = [...generalFields, ...fieldGroups.flatMap(({ fields }) => fields)];
const leaves = (tree: object, path: readonly string[] = []): string[] =>
  Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? leaves(value, [...path, key])
      : [[...path, key].join(".")],
  );

test("there is one field for each setting of a resolved study", () => {
  const settings = leaves(resolveConfig({ preset: "recommended" }));
  expect([...all.map(({ path }) => path.join(".")), "aligned.kind"].sort()).toEqual(
    settings.sort(),
  );
});

test("fields know their kind, whether empty is a value, and what they mean", () => {
  const find = (dotted: string) => all.find(({ path }) => path.join(".") === dotted);
  expect(find("ppo.maxGradNorm")).toMatchObject({
    nullable: true,
    input: { kind: "number", whole: false },
    description: "Gradients with a larger norm are scaled down to it",
  });
  expect(find("seed")?.input).toEqual({ kind: "number", whole: true });
  expect(find("sage.nodes")?.input).toEqual({ kind: "choice", options: ["position", "text"] });
  expect(find("questions.alwaysEvaluate")?.input).toEqual({ kind: "list", items: "id" });
  expect(find("adapter.targetModules")?.input).toEqual({ kind: "list", items: "text" });
  expect(find("rollouts.enabled")?.input).toEqual({ kind: "boolean" });
  expect(find("prompt")?.input).toEqual({ kind: "text" });
});

test("the API's settings are listed apart", () => {
  expect(chatFields.map(({ path }) => path.join("."))).toEqual([
    "aligned.baseUrl",
    "aligned.model",
    "aligned.temperature",
    "aligned.maxTokens",
    "aligned.instruction",
    "aligned.requestsAtOnce",
    "aligned.timeoutSeconds",
    "aligned.inputPrice",
    "aligned.outputPrice",
    "aligned.budget",
    "aligned.tokenBudget",
  ]);
});
