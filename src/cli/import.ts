import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Corpus } from "../core/corpus/corpus";
import { FORMATS, formatNames, type FormatName, isFormat } from "../core/import/formats";
import type { Imported } from "../core/import/import";
import { type Normalised, NORMALISED, normalised } from "../core/import/normalised";
import { ROLES, type Role, type Roles } from "../core/import/roles";
import { withFoundations } from "../core/import/sound";
import { type Command, readArgs } from "./command";
import { readingInput, UsageError } from "./errors";
import { importFile } from "./import-file";
import { interruptible } from "./interrupt";

const width = Math.max(...formatNames.map((name) => name.length)) + 2;

const help = `Reads corpora of other people and says what is in them and what is wrong with them.

Usage: npm run steadfast -- import FILE… [options]

FILE is CSV (or with tabs or semicolons), JSON, JSONL, Parquet, or HellaSwag as text. Its columns tell what it is:

${FORMATS.map(([name, title]) => `  ${name.padEnd(width)}${title}`).join("\n")}

  --as FORMAT         instead of what the columns tell
  --columns ROLE=COLUMN,…  what columns are for, instead of what their names tell; roles are
                      ${ROLES.join(", ")}
  --out FILE          write the corpus as .json, .jsonl or .csv; moral foundations of one FILE go to
                      the questions of the other. Without it nothing is written
  --skip-bad          write the good rows without the bad ones
  --json              print, a line a FILE, {"format", "questions", "paraphrases", "answers", "pairs",
                      "rejected": [{"row", "column", "reason"}], "rejectedRows", "tasks", "duplicates",
                      "empty", "tooShort", "notes", "file"}
`;

export const importCommand: Command = {
  name: "import",
  summary: "what is in a corpus of somebody else's, and what is wrong with it",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      {
        as: { type: "string" },
        columns: { type: "string" },
        out: { type: "string" },
        "skip-bad": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
      { names: ["FILE", ...argv.map(() => "FILE")], atLeast: 1 },
    );
    const as = formatOf(values.as);
    const roles = rolesOf(values.columns);
    const target = values.out === undefined ? null : targetOf(values.out);
    const signal = interruptible();
    const all: Imported[] = [];
    for (const path of positionals) {
      const imported = await importFile(path, { as, roles, signal });
      if (imported.problem !== null) throw new UsageError(`${basename(path)}: ${imported.problem}`);
      all.push(imported);
    }
    if (target) {
      const corpus = corpusOf(all, positionals, values["skip-bad"]);
      const text = await readingInput(() => normalised(corpus, target.as));
      await readingInput(() => writeFile(target.path, text, { flag: "wx" }));
    }
    const print = values.json ? jsonOf : textOf;
    const printed = all.map((imported, i) => print(imported, basename(positionals[i]!)));
    process.stdout.write(printed.join(values.json ? "" : "\n"));
  },
};

function jsonOf({ format, counts, rejected, notes }: Imported, file: string): string {
  const { questions, paraphrases, answers, pairs, tasks, empty, tooShort } = counts;
  return `${JSON.stringify({
    ...{ format, questions, paraphrases, answers, pairs, rejected },
    ...{
      rejectedRows: counts.rejected,
      tasks,
      duplicates: counts.duplicateWordings,
      empty,
      tooShort,
    },
    ...{ notes, file },
  })}\n`;
}

const NAMED_ROWS = 20;

function textOf(
  { format, container, roles, counts, rejected, notes }: Imported,
  file: string,
): string {
  const title = FORMATS.find(([name]) => name === format)![1];
  const line = (n: number, what: string, always = false) =>
    n > 0 || always ? [`  ${String(n).padStart(9)}  ${what}`] : [];
  const uses = Object.entries(roles ?? {}).map(([column, role]) => `${role} ${column}`);
  const named = rejected.slice(0, NAMED_ROWS).map(({ row, column, reason }) => {
    return `             row ${row}${column === null ? "" : `, column "${column}"`}: ${reason}`;
  });
  const left = counts.rejected - named.length;
  return `${[
    `${file}: ${title} (${format}, ${container})`,
    ...line(counts.questions, "questions", true),
    ...line(counts.paraphrases, "wordings of them"),
    ...line(counts.answers, "recorded answers"),
    ...line(counts.pairs, "pairs of answers"),
    ...line(counts.tasks, "questions with choices"),
    ...line(counts.rejected, "rows rejected", true),
    ...named,
    ...(left > 0 ? [`             and ${left} more`] : []),
    ...line(counts.duplicateWordings, "wordings that a question has twice (kept)"),
    ...line(counts.duplicateQuestions, "questions with the text of another (kept)"),
    ...line(counts.tooShort, "texts of a single word (kept)"),
    ...line(counts.singleWording, "questions with one wording, which cannot be scored"),
    ...(uses.length > 0 ? [`             columns: ${uses.join(", ")}`] : []),
    ...notes.map((note) => `             ${note}`),
  ].join("\n")}\n`;
}

/** The corpus to write, with the moral foundations of the other files. */
function corpusOf(all: readonly Imported[], paths: readonly string[], skipBad: boolean): Corpus {
  all.forEach(({ counts, rejected }, i) => {
    if (skipBad || counts.rejected === 0) return;
    const { row, column, reason } = rejected[0]!;
    const where = `row ${row}${column === null ? "" : `, column "${column}"`}`;
    throw new UsageError(
      `${basename(paths[i]!)}: ${counts.rejected} rows are not sound (first ${where}: ${reason}) Mend them, or leave them out with --skip-bad.`,
    );
  });
  const corpora = all.filter(({ corpus }) => corpus.questions.length > 0);
  if (corpora.length !== 1) {
    throw new UsageError(
      `--out writes one corpus, and ${corpora.length} of the files hold questions; give one of them and files of foundations`,
    );
  }
  return all.reduce(
    (corpus, { labels }) => withFoundations(corpus, labels).corpus,
    corpora[0]!.corpus,
  );
}

function formatOf(text: string | undefined): FormatName | null {
  if (text === undefined) return null;
  if (isFormat(text)) return text;
  throw new UsageError(`--as must be one of ${formatNames.join(", ")}, got "${text}"`);
}

function rolesOf(text: string | undefined): Roles | null {
  if (text === undefined) return null;
  const entries = text.split(",").map((part) => {
    const [role = "", ...column] = part.split("=");
    if (column.length > 0 && ROLES.some((known) => known === role)) {
      return [column.join("="), role as Role] as const;
    }
    throw new UsageError(
      `--columns must be ROLE=COLUMN with a role of ${ROLES.join(", ")}, got "${part}"`,
    );
  });
  return Object.fromEntries(entries);
}

function targetOf(path: string): { readonly path: string; readonly as: Normalised } {
  const as = NORMALISED.find((ending) => path.toLowerCase().endsWith(`.${ending}`));
  if (as) return { path, as };
  throw new UsageError(`--out must end in .${NORMALISED.join(", .")}, got "${path}"`);
}
