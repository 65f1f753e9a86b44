type Condition = (stem: string) => boolean;
type Rule = readonly [suffix: string, replacement: string, condition?: Condition];

/**
 * Porter's stem of an English word, in NLTK's variant (`PorterStemmer` in its default mode,
 * NLTK_EXTENSIONS), which departs from the published algorithm in steps 1a–1c, 2 and 5a.
 *
 * @param word  one lower-case token without spaces. Words of one or two letters come back as they are.
 * @see M. F. Porter 1980, "An algorithm for suffix stripping"; nltk.stem.porter 3.8.1.
 *      Golden values: tests/fixtures/golden/text_metrics.json.
 */
export function porterStem(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  return [step1a, step1b, step1c, step2, step3, step4, step5a, step5b].reduce(
    (stem, step) => step(stem),
    word,
  );
}

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ["skies", "sky"],
  ["sky", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["innings", "inning"],
  ["inning", "inning"],
  ["outings", "outing"],
  ["outing", "outing"],
  ["cannings", "canning"],
  ["canning", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"],
]);

/** Each letter as c or v. A y after a consonant is a vowel; digits count as consonants. */
function shape(word: string): string {
  let result = "";
  for (const letter of word) {
    const vowel = "aeiou".includes(letter) || (letter === "y" && result.endsWith("c"));
    result += vowel ? "v" : "c";
  }
  return result;
}

/** Porter's m: how often a vowel is followed by a consonant. */
function measure(stem: string): number {
  return shape(stem).split("vc").length - 1;
}

const positive: Condition = (stem) => measure(stem) > 0;
const aboveOne: Condition = (stem) => measure(stem) > 1;
const hasVowel: Condition = (stem) => shape(stem).includes("v");

function endsInDoubleConsonant(word: string): boolean {
  return word.length > 1 && word.at(-1) === word.at(-2) && shape(word).endsWith("c");
}

/** Porter's *o, which NLTK extends to two-letter stems such as "us". */
function endsShort(stem: string): boolean {
  const form = shape(stem);
  return form === "vc" || (form.endsWith("cvc") && !/[wxy]$/.test(stem));
}

/** The first rule whose suffix fits decides, whether or not its condition holds. */
function applyFirst(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, condition] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return condition === undefined || condition(stem) ? stem + replacement : word;
  }
  return word;
}

function step1a(word: string): string {
  if (word.length === 4 && word.endsWith("ies")) return word.slice(0, -1); // ties → tie
  return applyFirst(word, [
    ["sses", "ss"],
    ["ies", "i"],
    ["ss", "ss"],
    ["s", ""],
  ]);
}

function step1b(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2); // died → die
  if (word.endsWith("eed")) return applyFirst(word, [["eed", "ee", positive]]);
  const stem = word.endsWith("ed") ? word.slice(0, -2) : word.slice(0, -3);
  if (!/(?:ed|ing)$/.test(word) || !hasVowel(stem)) return word;

  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsInDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function step1c(word: string): string {
  return applyFirst(word, [["y", "i", (stem) => stem.length > 1 && shape(stem).endsWith("c")]]);
}

function step2(word: string): string {
  if (word.endsWith("alli") && positive(word.slice(0, -4))) return step2(word.slice(0, -2));
  return applyFirst(word, [
    ["ational", "ate", positive],
    ["tional", "tion", positive],
    ["enci", "ence", positive],
    ["anci", "ance", positive],
    ["izer", "ize", positive],
    ["bli", "ble", positive],
    ["alli", "al", positive],
    ["entli", "ent", positive],
    ["eli", "e", positive],
    ["ousli", "ous", positive],
    ["ization", "ize", positive],
    ["ation", "ate", positive],
    ["ator", "ate", positive],
    ["alism", "al", positive],
    ["iveness", "ive", positive],
    ["fulness", "ful", positive],
    ["ousness", "ous", positive],
    ["aliti", "al", positive],
    ["iviti", "ive", positive],
    ["biliti", "ble", positive],
    ["fulli", "ful", positive],
    ["logi", "log", (stem) => positive(`${stem}l`)], // the l counts as stem, so that "geologi" shortens
  ]);
}

function step3(word: string): string {
  return applyFirst(word, [
    ["icate", "ic", positive],
    ["ative", "", positive],
    ["alize", "al", positive],
    ["iciti", "ic", positive],
    ["ical", "ic", positive],
    ["ful", "", positive],
    ["ness", "", positive],
  ]);
}

const STEP_4 = "al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize";
const STEP_4_RULES: readonly Rule[] = STEP_4.split(" ").map((suffix) => [
  suffix,
  "",
  suffix === "ion" ? (stem) => aboveOne(stem) && /[st]$/.test(stem) : aboveOne,
]);

function step4(word: string): string {
  return applyFirst(word, STEP_4_RULES);
}

function step5a(word: string): string {
  const droppable: Condition = (stem) =>
    measure(stem) > 1 || (measure(stem) === 1 && !endsShort(stem));
  return applyFirst(word, [["e", "", droppable]]);
}

function step5b(word: string): string {
  return applyFirst(word, [["ll", "l", (stem) => aboveOne(`${stem}l`)]]);
}
