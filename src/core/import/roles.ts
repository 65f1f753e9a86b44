/** What a column is for, guessed by the names that data sets use for it. */
import { FOUNDATIONS } from "../corpus/corpus";
import type { SourceRecord } from "./record";

export const ROLES = [
  "id",
  "question",
  "wording",
  "answer",
  "rule",
  "topic",
  "foundation",
] as const;
export type Role = (typeof ROLES)[number];

/** Roles by column; a column without one is kept as it is and not used. */
export type Roles = Readonly<Record<string, Role>>;

/** Curated names, the most telling first. Case, blanks, "-" and "_" don't count. */
const NAMES: Readonly<Record<Exclude<Role, "foundation">, readonly string[]>> = {
  id: ["questionid", "qid", "id", "scenarioid", "itemid", "ind", "idx", "index"],
  question: [
    "question",
    "originalquestion",
    "original",
    "source",
    "sourcequestion",
    "prompt",
    "query",
    "scenario",
    "text",
  ],
  wording: [
    "paraphrased",
    "paraphrase",
    "paraphrases",
    "wording",
    "wordings",
    "rephrased",
    "rephrasing",
    "rephrasings",
    "rephrase",
    "variant",
    "variants",
  ],
  answer: [
    "modeloutput",
    "modeloutputs",
    "answer",
    "answers",
    "response",
    "responses",
    "output",
    "outputs",
    "completion",
    "completions",
    "aligned",
  ],
  rule: ["rot", "rots", "ruleofthumb", "rulesofthumb"],
  topic: ["topic", "category", "subject", "theme"],
};

const NUMBERED: readonly (readonly [RegExp, Role])[] = [
  [/^(paraphrased?|wording|rephras(ed?|ing)|variant|p)\d+$/, "wording"],
  [/^(modeloutput|answer|response|output|completion|a)\d+$/, "answer"],
  [/^(rot|ruleofthumb)\d+$/, "rule"],
];

const plain = (name: string) => name.toLowerCase().replace(/[\s_-]/g, "");

/** Roles of a file's columns: one of each but for numbered ones, as `wording_1, wording_2`. */
export function guessRoles(columns: readonly string[]): Roles {
  const roles = Object.create(null) as Record<string, Role>;
  const byPlain = new Map(columns.map((column) => [plain(column), column]));
  for (const column of columns) {
    const numbered = NUMBERED.find(([pattern]) => pattern.test(plain(column)));
    if (numbered) roles[column] = numbered[1];
    if (FOUNDATIONS.some((foundation) => foundation === plain(column)))
      roles[column] = "foundation";
  }
  for (const [role, names] of Object.entries(NAMES) as [Role, readonly string[]][]) {
    if (Object.values(roles).includes(role)) continue;
    const column = names
      .map((name) => byPlain.get(name))
      .find((found) => found !== undefined && !(found in roles));
    if (column !== undefined) roles[column] = role;
  }
  return roles;
}

/** Columns of a role, in the file's order. */
export function columnsOf(roles: Roles, role: Role, columns: readonly string[]): string[] {
  return columns.filter((column) => roles[column] === role);
}

/** How questions lie in the records: a row a wording; a column a wording; a list of wordings in one column. */
export type Layout = "long" | "wide" | "list";

export function layoutOf(
  roles: Roles,
  columns: readonly string[],
  sample: readonly SourceRecord[],
): Layout {
  const wordings = columnsOf(roles, "wording", columns);
  if (wordings.length > 1) return "wide";
  const [only] = wordings;
  const isList = only !== undefined && sample.some(({ values }) => Array.isArray(values[only]));
  return isList ? "list" : "long";
}

/** What keeps these roles from making questions; null if nothing does. */
export function problemOf(roles: Roles, columns: readonly string[]): string | null {
  const found = columns.map((name) => `"${name}"`).join(", ");
  if (columnsOf(roles, "question", columns).length + columnsOf(roles, "id", columns).length === 0) {
    return `no column tells which question a row belongs to; the file has ${found}. Say which holds the question.`;
  }
  if (columnsOf(roles, "wording", columns).length === 0) {
    return `the column "paraphrased" is missing, or another that holds a wording; the file has ${found}. Name the column so in the first row, or say which holds a wording; or read the file as "questions", to have wordings made.`;
  }
  const single = (["id", "question", "topic"] as const).find(
    (role) => columnsOf(roles, role, columns).length > 1,
  );
  if (single === undefined) return null;
  return `two columns are the ${single}: ${columnsOf(roles, single, columns).join(", ")}. Choose one.`;
}
