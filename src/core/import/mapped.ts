/** Questions with wordings, from records whose columns have roles. */
import { type Foundation, parseQuestionId, type Question, type QuestionId } from "../corpus/corpus";
import { type Collected, type Collector, nothing } from "./collect";
import { besideWordings } from "./column-numbers";
import { foundationsOf } from "./foundations";
import { EMPTY, type Json, reject, type Rejection, type SourceRecord, textOf } from "./record";
import { columnsOf, type Layout, ROLES, type Roles } from "./roles";

/** One wording with what stands beside it. */
interface Asked {
  readonly row: number;
  readonly wording: string;
  /** Null where the file has none or a blank. */
  readonly answer: string | null;
  readonly rule: string | null;
}

interface Group {
  readonly id: QuestionId | null;
  readonly text: string;
  readonly topic: string | null;
  readonly foundations: readonly Foundation[] | null;
  readonly firstRow: number;
  asked: Asked[];
  /** [records of this question][kept columns] */
  kept: (Json | null)[][];
}

const INEXACT =
  "a number beyond 2^53 is read inexactly, so that two ids may become one. Write ids in quotes.";

/** Columns that a mapped corpus doesn't hold itself. Foundations are read and kept as they were written. */
export function keptColumns(roles: Roles, columns: readonly string[]): string[] {
  const held = new Set(
    ROLES.filter((role) => role !== "foundation").flatMap((role) =>
      columnsOf(roles, role, columns),
    ),
  );
  return columns.filter((column) => !held.has(column));
}

/**
 * Reads questions with their wordings in a row a wording ("long"; rows of one question may lie apart), a column a
 * wording ("wide"), or a list of wordings ("list"). Rows of one question are told by the id, or without ids by text
 * and topic. Answers stand at every wording of a file or at none. Equal wordings are kept: published files have some.
 */
export function collectMapped(roles: Roles, layout: Layout, columns: readonly string[]): Collector {
  const of = (role: Parameters<typeof columnsOf>[1]) => columnsOf(roles, role, columns);
  const [idColumn, questionColumn, topicColumn] = [of("id")[0], of("question")[0], of("topic")[0]];
  const wordingColumns = of("wording");
  const [answerColumns, ruleColumns] = [of("answer"), of("rule")].map((found) =>
    besideWordings(wordingColumns, found),
  ) as [readonly string[], readonly string[]];
  const foundationColumns = of("foundation");
  const kept = keptColumns(roles, columns);
  const groups = new Map<string, Group>();

  function add(record: SourceRecord): Rejection | null {
    const { values } = record;
    const filled = (column: string) => textOf(values[column])?.trim() || null;
    const missing = [idColumn, questionColumn].find(
      (column) => column !== undefined && filled(column) === null,
    );
    if (missing !== undefined) return reject(record, missing, EMPTY);
    const written = idColumn === undefined ? null : values[idColumn];
    if (typeof written === "number" && Math.abs(written) > Number.MAX_SAFE_INTEGER)
      return reject(record, idColumn!, INEXACT);
    const asked =
      layout === "long"
        ? oneAsked(record)
        : layout === "wide"
          ? wideAsked(record)
          : listAsked(record);
    if ("reason" in asked) return asked;
    const topic =
      topicColumn === undefined ? null : filled(topicColumn) && textOf(values[topicColumn]);
    const text = questionColumn === undefined ? asked[0]!.wording : textOf(values[questionColumn])!;
    const idText = idColumn === undefined ? null : filled(idColumn)!;
    const id = idText === null ? null : parseQuestionId(idText);
    const key = id === null ? `${text}\0${topic ?? ""}` : `${typeof id}${id}`;
    const group = groups.get(key);
    const keptValues = kept.map((column) => values[column] ?? null);
    if (!group) {
      const foundations =
        foundationColumns.length === 0 ? null : foundationsOf(record, foundationColumns);
      groups.set(key, {
        ...{ id, text, topic, foundations, firstRow: record.row },
        asked: [...asked],
        kept: [keptValues],
      });
      return null;
    }
    const conflict = conflictWith(group, record, text, topic);
    if (conflict) return conflict;
    group.asked.push(...asked);
    group.kept.push(keptValues);
    return null;
  }

  function conflictWith(group: Group, record: SourceRecord, text: string, topic: string | null) {
    const name = idColumn === undefined ? "the question" : `question ${group.id}`;
    if (layout !== "long") {
      const column = idColumn ?? questionColumn ?? null;
      return reject(
        record,
        column,
        `row ${group.firstRow} has ${name} too. Give each question one row.`,
      );
    }
    const remedy = "Give one question one text, or another id.";
    if (questionColumn !== undefined && text !== group.text) {
      const reason = `${name} has "${clip(text)}" here and "${clip(group.text)}" in row ${group.firstRow}. ${remedy}`;
      return reject(record, questionColumn, reason);
    }
    if (topic === group.topic) return null;
    const reason = `${name} has the topic "${topic ?? ""}" here and "${group.topic ?? ""}" in row ${group.firstRow}. ${remedy}`;
    return reject(record, topicColumn!, reason);
  }

  function oneAsked(record: SourceRecord): readonly Asked[] | Rejection {
    const text = (column: string | undefined) =>
      column === undefined ? null : notBlank(textOf(record.values[column]));
    const wording = text(wordingColumns[0]);
    if (wording === null) return reject(record, wordingColumns[0]!, EMPTY);
    return [
      { row: record.row, wording, answer: text(answerColumns[0]), rule: text(ruleColumns[0]) },
    ];
  }

  /** A blank wording is none: questions may have different numbers of them. */
  function wideAsked(record: SourceRecord): readonly Asked[] | Rejection {
    const text = (column: string | undefined) =>
      column === undefined ? null : notBlank(textOf(record.values[column]));
    const asked: Asked[] = [];
    for (const [i, column] of wordingColumns.entries()) {
      const [wording, answer, rule] = [text(column), text(answerColumns[i]), text(ruleColumns[i])];
      if (wording !== null) asked.push({ row: record.row, wording, answer, rule });
      else if (answer !== null)
        return reject(record, column, "the wording of this answer is missing. Fill it in.");
    }
    return asked.length > 0 ? asked : reject(record, wordingColumns[0]!, EMPTY);
  }

  function listAsked(record: SourceRecord): readonly Asked[] | Rejection {
    const list = (column: string | undefined): readonly (string | null)[] | Rejection => {
      const value = column === undefined ? null : (record.values[column] ?? null);
      if (value === null) return [];
      if (Array.isArray(value)) return value.map((item: Json) => notBlank(textOf(item)));
      return reject(record, column!, 'this is no list of texts. Write ["…", "…"].');
    };
    const [wordings, answers, rules] = [
      list(wordingColumns[0]),
      list(answerColumns[0]),
      list(ruleColumns[0]),
    ];
    for (const found of [wordings, answers, rules]) if ("reason" in found) return found;
    const [w, a, r] = [wordings, answers, rules] as (readonly (string | null)[])[];
    if (w!.length === 0)
      return reject(record, wordingColumns[0]!, "there is no wording. Add some or remove it.");
    const empty = w!.indexOf(null);
    if (empty !== -1)
      return reject(
        record,
        wordingColumns[0]!,
        `text ${empty + 1} is empty. Fill it in or remove it.`,
      );
    for (const [texts, column] of [
      [a!, answerColumns[0]],
      [r!, ruleColumns[0]],
    ] as const) {
      if (texts.length === 0 || texts.length === w!.length) continue;
      const reason = `there are ${texts.length} texts for ${w!.length} wordings. Write one a wording.`;
      return reject(record, column!, reason);
    }
    return w!.map((wording, i) => ({
      row: record.row,
      wording: wording!,
      answer: a![i] ?? null,
      rule: r![i] ?? null,
    }));
  }

  function finish(): Collected {
    const all = [...groups.values()];
    const rejected = dropUnanswered(all, layout, {
      answer: answerColumns[0],
      rule: ruleColumns[0],
    });
    const left = all.filter(({ asked }) => asked.length > 0);
    const questions = left.map(toQuestion);
    return {
      ...nothing,
      ...{ questions, rejected },
      answers: questions.reduce((sum, { recorded }) => sum + (recorded?.length ?? 0), 0),
      kept: kept.map((column, i) => ({
        column,
        values: left.flatMap((group) => group.kept.map((values) => values[i]!)),
      })),
      notes: questionColumn === undefined && questions.length > 0 ? [NO_SOURCE] : [],
    };
  }
  return { add, finish };
}

const NO_SOURCE = "The file has no source questions: the first wording stands for each.";

/** Where a part of the wordings has answers, those without are refused, in "wide" and "list" with their question. */
function dropUnanswered(
  groups: readonly Group[],
  layout: Layout,
  columns: { readonly answer: string | undefined; readonly rule: string | undefined },
): Rejection[] {
  const total = groups.reduce((sum, { asked }) => sum + asked.length, 0);
  const answered = groups.reduce(
    (sum, { asked }) => sum + asked.filter(({ answer }) => answer !== null).length,
    0,
  );
  const isLacking = ({ answer, rule }: Asked) => answer === null && (answered > 0 || rule !== null);
  const rejected: Rejection[] = [];
  for (const group of groups) {
    const lacking = group.asked.filter(isLacking);
    if (lacking.length === 0) continue;
    for (const { row } of layout === "long" ? lacking : lacking.slice(0, 1))
      rejected.push(fault(row));
    const isLeft = (i: number) => layout === "long" && !isLacking(group.asked[i]!);
    group.kept = layout === "long" ? group.kept.filter((_, i) => isLeft(i)) : [];
    group.asked = group.asked.filter((_, i) => isLeft(i));
  }
  return rejected;

  function fault(row: number): Rejection {
    if (answered === 0) {
      const reason =
        "there is a rule of thumb without an answer it is drawn from. Add the answers, or remove the rules.";
      return { row, column: columns.rule ?? null, reason };
    }
    const reason = `the answer is empty, while ${answered} of ${total} have one. Fill it in, or remove the column.`;
    return { row, column: columns.answer ?? null, reason };
  }
}

function toQuestion({ id, text, topic, foundations, asked }: Group, index: number): Question {
  const isAnswered = asked[0]!.answer !== null;
  return {
    id: id ?? index + 1,
    ...{ text, topic },
    paraphrases: asked.map(({ wording }) => wording),
    recorded: isAnswered ? asked.map(({ answer, rule }) => ({ text: answer!, rot: rule })) : null,
    ...(foundations && { foundations }),
  };
}

const notBlank = (text: string | null) => (text === null || text.trim() === "" ? null : text);
const clip = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
