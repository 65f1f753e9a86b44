/** Every view in a language of brackets: what is read without them is not among the words of src/locales. */
import { readFileSync } from "node:fs";
import { type Page, expect, test } from "@playwright/test";
import { strFromU8, unzipSync } from "fflate";
import { type ViteDevServer, createServer } from "vite";
import { MEASURES } from "../../src/core/measures/registry";
import { chatFields, fieldGroups, generalFields } from "../../src/core/study/fields";
import { labelOf } from "../../src/ui/setup/field-text";
import { freePort } from "./free-port";
import { withoutWebGpu } from "./site";
import { VIEWS } from "./views";

test.use({ ...withoutWebGpu, locale: "en-XA" });

let server: ViteDevServer;
let address = "";
test.beforeAll(async () => {
  process.env["STEADFAST_WORDS"] = "pseudo";
  // A cache of its own: the server of the sources has the usual one.
  const cacheDir = "node_modules/.cache/vite-words";
  server = await createServer({ cacheDir, logLevel: "error", server: { port: await freePort() } });
  await server.listen();
  address = server.resolvedUrls!.local[0]!;
});
test.afterAll(() => server.close());

/** What corpora and the recorded study hold: questions, answers, topics, names. */
const DATA = [
  ...["demo_questions.json", "everyday_ethics.json"].map((name) =>
    readFileSync(`public/demo/${name}`, "utf8"),
  ),
  ...Object.entries(unzipSync(readFileSync("public/example/study.zip")))
    .filter(([name]) => /\.jsonl?$/.test(name))
    .map(([, bytes]) => strFromU8(bytes)),
].join("\n");

/** What src/core says, to the page as to reports and the command line: the same to everybody. */
const FIELDS = [...generalFields, ...chatFields, ...fieldGroups.flatMap(({ fields }) => fields)];
const OF_CORE = new Set([
  ...MEASURES.flatMap(({ title, says }) => [title, says]),
  ...FIELDS.flatMap((field) => [
    labelOf(field),
    `${field.description}.`,
    field.path.join("."),
    ...(field.input.kind === "choice" ? field.input.options : []),
  ]),
]);

/** Besides these, and for each a reason. */
const LEFT_OUT = [
  /^(Steadfast|WebAssembly|USE-lite|Ann|everyday-ethics|openai-community\/gpt2)$/, // names
  /^\d+ (s|min|h)$/, // lengths of time and units are core's
  /^nats an answer$/,
  /^\d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d$/, // dates are British
  /^[\w.-]+\.(html|json|csv|md)$/, // files
  /^the demo model$/, // as core calls it
  /^Do these two answers mean the same, morally\?$/, // a task carries its question to all raters
  /^(aligned )?− baseline$/, // comparisons, as the report has them
  /^\+\d.* of \d+ questions higher, .* noise\.$/,
  /^(Kept|the model after|of cycle \d+\.)$/, // which model is kept, as reports say it
  /^No trained model beat the baseline; the pretrained model is kept\.$/,
  /^no .* was (given|asked again)\.$/, // why a measure has no figure
];

const hasWord = (text: string) => /\p{L}\p{Ll}/u.test(text);
const isKnown = (text: string) =>
  !hasWord(text) ||
  OF_CORE.has(text) ||
  DATA.includes(text) ||
  LEFT_OUT.some((pattern) => pattern.test(text));

/** The parts of a text that are not in brackets, nor data, nor left out. */
const unknownIn = (text: string): readonly string[] =>
  tidy(text)
    .split(/⟦[^⟧]*⟧/)
    .filter((part) => !isKnown(tidy(part)))
    .flatMap((part) => part.split(/ · |: |\b(?:SaGE|LoRA|PPO)\b/))
    .map(tidy)
    .filter((part) => !isKnown(part));
const tidy = (text: string) => text.replace(/\s+/g, " ").replace(/^[ ·,.:]+|[ ·,:]+$/g, "");

/** Texts on the page, and those of attributes that are read. */
const textsOf = (page: Page) =>
  page.evaluate(() => {
    const read = ["alt", "aria-label", "aria-valuetext", "placeholder", "title"];
    const texts = [document.title];
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest("code, kbd, pre") || !element.checkVisibility()) continue;
      for (const { nodeType, nodeValue } of element.childNodes) {
        if (nodeType === Node.TEXT_NODE) texts.push(nodeValue!);
      }
      for (const name of read) texts.push(element.getAttribute(name) ?? "");
    }
    return texts;
  });

async function expectWords(page: Page, view: string): Promise<void> {
  // In brackets too, nothing says that it is still being read.
  const waiting = page
    .getByRole("status")
    .filter({ hasText: /(Loading|Reading|Comparing|Counting) / });
  await expect(waiting).toHaveCount(0);
  await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
  const texts = await textsOf(page);
  expect(texts.filter((text) => text.includes("⟦")).length, view).toBeGreaterThan(5);
  expect.soft([...new Set(texts.flatMap(unknownIn))], view).toEqual([]);
}

test("every view says only what stands in the catalogue", async ({ page }) => {
  for (const [hash] of VIEWS) {
    await page.goto(`${address}${hash}`);
    await page.locator("main h1").first().waitFor();
    await expectWords(page, hash);
  }
  await expect(page.locator("html")).toHaveAttribute("lang", "en-XA");

  for (const [keys, dialog] of [
    ["?", "help"],
    ["Control+k", "commands"],
  ] as const) {
    await page.keyboard.press(keys);
    await expect(page.getByRole("dialog")).toBeVisible();
    await expectWords(page, dialog);
    await page.keyboard.press("Escape");
  }

  await page.goto(`${address}#/label`);
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByLabel("Your name").fill("Ann");
  await page.keyboard.press("Enter");
  await page.getByRole("banner").getByText("0⟦ of ⟧").waitFor();
  await expectWords(page, "labelling");
});
