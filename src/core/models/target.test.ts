import { expect, test } from "vitest";
import { filesTarget, hubTarget, parseRepository, parseTarget, targetText } from "./target";

const COMMIT = "607a30d783dfa663caf39e06633721c8d4cfcd7e";

test("a target is the demo, a model of a hub, files that were kept, or a folder", () => {
  expect(parseTarget("demo")).toEqual({ kind: "demo" });
  expect(parseTarget("hub:openai-community/gpt2@main")).toEqual({
    kind: "hub",
    name: "openai-community/gpt2",
    revision: "main",
  });
  expect(parseTarget("hub:gpt2")).toEqual({ kind: "hub", name: "gpt2", revision: "main" });
  expect(parseTarget("hub:lab/m@refs/pr/1")).toMatchObject({ revision: "refs/pr/1" });
  const files = filesTarget("my model@home", "ab12".repeat(16));
  expect(parseTarget(files)).toEqual({
    kind: "files",
    name: "my model@home",
    hash: "ab12ab12ab12",
  });
  expect(parseTarget("../models/gpt2")).toEqual({ kind: "folder", path: "../models/gpt2" });
  expect(parseTarget("C:\\models\\gpt2")).toMatchObject({ kind: "folder" });
});

test.each([
  "",
  "lab/",
  "/mini",
  "lab/mini/more",
  "../mini",
  "lab/mini@",
  "lab/mini@a b",
  "https://x/y",
  "lab/mini@../x",
])(
  // prettier-ignore
  "refuses %j, which is no model of a hub, and says how one is written",
  (id) => {
    expect(() => parseRepository(id)).toThrow("write owner/name or owner/name@revision");
    expect(() => parseTarget(`hub:${id}`)).toThrow(RangeError);
  },
);

test("a commit is shown by its start", () => {
  expect(targetText(hubTarget("lab/mini", COMMIT))).toBe("lab/mini at 607a30d");
  expect(targetText("hub:lab/mini")).toBe("lab/mini");
  expect(targetText("demo")).toBe("the demo model");
});
