/**
 * Words and languages: which sources hold words, and where the catalogues lie. wuchale takes the words out of the sources
 * as they are built; src/locales/en.po lists them, and a file such as de.po beside it is another language.
 */
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { pofile } from "wuchale";
import { pseudo } from "./pseudo.js";
import { WordsTransformer } from "./transformer.js";

const SOURCE = "en";
const DIR = "src/locales";
/** A language of brackets, for the test that finds words which are in no catalogue. */
export const PSEUDO = "en-XA";

const FILES = {
  include: ["src/ui/**/*.{svelte,ts}", "src/app/**/*.ts"],
  ignore: [
    ...["**/*.test.ts", "**/*.fixture.ts"],
    "src/app/agreement-export.ts", // a file is the same for everybody
    "src/app/trial-task.ts", // so is the task that everybody tries
  ],
};

const PATTERNS = [{ name: "plural", args: ["other", "message", "pluralFunc"] }];

/** The language is chosen as the page loads: nothing has to follow it, and a module looks its part up once. */
const same = (expression) => expression;
const RUNTIME = {
  initReactive: ({ funcName }) => (funcName === undefined || funcName === null ? false : null),
  useReactive: false,
  plain: { wrapInit: same, wrapUse: same },
  reactive: { wrapInit: same, wrapUse: same },
};

/**
 * @param {object} options
 * @param {boolean} options.known   whether words that the catalogue does not have are an error.
 * @param {boolean} options.pseudo  with the language of brackets.
 * @returns {import("wuchale").Config}
 */
export function wordsConfig({ known, pseudo: withPseudo }) {
  const languages = existsSync(DIR)
    ? readdirSync(DIR).flatMap((name) => /^([\w-]+)\.po$/.exec(name)?.[1] ?? [])
    : [];
  const locales = [SOURCE, ...languages.filter((language) => language !== SOURCE).sort()];
  return {
    locales: withPseudo ? [...locales, PSEUDO] : locales,
    fallback: {},
    // What is made of the catalogues for a build.
    localesDir: `node_modules/.cache/words${withPseudo ? "-pseudo" : ""}`,
    adapters: { words: adapter(known, catalogues(locales, known)) },
    hmr: false,
    ai: null,
    logLevel: "error",
  };
}

function adapter(known, storage) {
  return {
    files: FILES,
    sourceLocale: SOURCE,
    storage,
    // The words of a module stand beside it, so that a view that is loaded late brings its own.
    granularLoad: true,
    bundleLoad: true,
    generateLoadID: (file) => file.replace(/\W+/g, "_"),
    loaderExts: [".js"],
    defaultLoaderPath: resolve(import.meta.dirname, "loader.js"),
    patterns: PATTERNS,
    runtime: RUNTIME,
    transform({ content, filename, index, expr, matchUrl }) {
      const numbers = known ? { get: (key) => numberOf(index, key, filename) } : index;
      return new WordsTransformer(
        content,
        filename,
        numbers,
        PATTERNS,
        expr,
        RUNTIME,
        matchUrl,
      ).transformSv();
    },
  };
}

function numberOf(index, key, filename) {
  if (!index.indices.has(key)) {
    throw new Error(`“${key}” of ${filename} is not in ${DIR}/${SOURCE}.po; run \`npm run words\``);
  }
  return index.get(key);
}

/** One file a language, in an order that does not depend on which source was read first. */
function catalogues(locales, isBuild) {
  return async (options) => {
    const file = await pofile({ dir: DIR })({ ...options, locales });
    const place = ({ references, translations }) =>
      `${references[0]?.file ?? ""}\n${translations.get(SOURCE).join("\n")}`;
    return {
      key: file.key,
      files: file.files,
      async load() {
        const loaded = await file.load();
        if (isBuild) loaded.items.forEach((item) => complete(item, options.locales));
        return loaded;
      },
      save: ({ items, ...rest }) =>
        file.save({ ...rest, items: items.sort((a, b) => (place(a) < place(b) ? -1 : 1)) }),
    };
  };
}

/** What a language has no words for yet it says in English. wuchale would look that up before it is there. */
function complete({ translations }, locales) {
  const source = translations.get(SOURCE);
  for (const locale of locales) {
    if (locale === PSEUDO) translations.set(locale, source.map(pseudo));
    else if (!translations.get(locale)?.join("")) translations.set(locale, source);
  }
}
