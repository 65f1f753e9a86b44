import type { Message, RuntimeConf } from "wuchale";
import { expect, test } from "vitest";
import { pseudo } from "./pseudo.js";
import { WordsTransformer } from "./transformer.js";

const PATTERNS = [
  { name: "plural", args: ["other" as const, "message" as const, "pluralFunc" as const] },
];
const as = (code: string) => code;
const RUNTIME: RuntimeConf = {
  initReactive: ({ funcName }) => (funcName == null ? false : null),
  useReactive: false,
  plain: { wrapInit: as, wrapUse: as },
  reactive: { wrapInit: as, wrapUse: as },
};

/** The words of a source, and the source with look-ups in their place. */
async function look(source: string, file = "View.svelte") {
  const keys: string[] = [];
  const index = { get: (key: string) => keys.push(key) - 1 };
  const expression = { plain: "load()", reactive: "load()" };
  const transformer = new WordsTransformer(source, file, index, PATTERNS, expression, RUNTIME);
  const { msgs, output } = await transformer.transformSv();
  return { words: msgs.map(({ msgStr }: Message) => msgStr), code: output("").code ?? "" };
}
const wordsOf = async (source: string, file?: string) =>
  (await look(source, file)).words.map((forms) => forms.join(" | "));

test("a sentence with figures and elements in it is one message", async () => {
  expect(
    await wordsOf(`<p>{n} of {total} are <b>kept</b>, <a href="#/runs">see why</a>.</p>`),
  ).toEqual(["{0} of {1} are <0>kept</0>, <1>see why</1>."]);
});

test("what is shown is taken, in whatever case; what is compared, typed or styled is not", async () => {
  const source = `<p class="note {bad ? "note bad" : "quiet"}" title="As it came" data-state="Not read">
    {state === "Not run yet" ? "on" : "off"} <kbd>Enter key</kbd> {texts.get("Some key")}</p>`;
  expect(await wordsOf(source)).toEqual(["As it came", "on", "off"]);
});

test("of strings in a script sentences are taken: constants, fields of classes and what is thrown too", async () => {
  const source = `
    export const NAMES = { y: "Same", key: "ArrowLeft", file: "report.html", url: "https://a.example/B" };
    class Reader {
      state = "Not read yet";
      read(kind: "idle" | "busy") {
        if (kind !== "idle") throw new Error("the file is being read");
        return fetch("Some file name")!;
      }
    }`;
  expect(await wordsOf(source, "reader.ts")).toEqual([
    "Same",
    "the file is being read",
    "Not read yet",
  ]);
});

test("a comment takes what does not look like words, or leaves what does", async () => {
  const source = `
    // @wc-include
    const STATES = { done: "done" };
    const NAME = /* @wc-ignore */ "Demo study";`;
  expect(await wordsOf(source, "states.ts")).toEqual(["done"]);
});

test("a number goes with as many forms as the language has", async () => {
  const { words, code } = await look(
    'const said = plural(n, ["# question", "# questions"]);',
    "a.ts",
  );
  expect(words).toEqual([["# question", "# questions"]]);
  expect(code).toContain("plural(n, _w_runtime_.p(0), _w_runtime_._.p)");
});

test("spaces around words stay in the source", async () => {
  const { words, code } = await look("const said = n ? ` of ${n} ` : ' or so';", "a.ts");
  expect(words).toEqual([["of {0}"], ["or so"]]);
  expect(code).toContain('n ? (" " + _w_runtime_(0, [n]) + " ") : (" " + _w_runtime_(1))');
});

test("words are there before any statement of their module", async () => {
  const { code } = await look(
    'const first = name();\nfunction name() { return "The first"; }',
    "a.ts",
  );
  expect(code.indexOf("const _w_runtime_")).toBeLessThan(code.indexOf("const first"));
});

test("brackets leave out what is filled in", () => {
  expect(pseudo("{0} of <0>{1} texts</0>")).toBe("{0}⟦ of ⟧<0>{1}⟦ texts⟧</0>");
  expect(pseudo("# questions")).toBe("#⟦ questions⟧");
});
