/**
 * Guidelines for raters: the part of Markdown that is plain reading matter. Text is parsed into a tree that the page
 * draws node by node; there is no HTML in it, so none can be smuggled in, and what isn't understood stays as it is
 * written.
 */

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong" | "emphasis"; readonly children: readonly Inline[] }
  | { readonly kind: "link"; readonly href: string; readonly children: readonly Inline[] };

export type Block =
  | { readonly kind: "heading" | "paragraph"; readonly children: readonly Inline[] }
  | {
      readonly kind: "list";
      readonly ordered: boolean;
      readonly items: readonly (readonly Inline[])[];
    };

const HEADING = /^#{1,6}\s+(.*)$/;
const BULLET = /^\s*[-*+]\s+(.*)$/;
const NUMBER = /^\s*\d+[.)]\s+(.*)$/;

/** Headings, paragraphs and lists, parted by empty lines; a line goes on with the next. */
export function parseGuidelines(markdown: string): Block[] {
  return markdown
    .replaceAll("\r\n", "\n")
    .split(/\n[^\S\n]*(?:\n[^\S\n]*)+/)
    .flatMap((part) => blocksOf(part.split("\n").filter((line) => line.trim() !== "")));
}

interface OpenBlock {
  readonly kind: "heading" | "paragraph" | "bullet" | "number";
  readonly lines: string[];
}

function blocksOf(lines: readonly string[]): Block[] {
  const open: OpenBlock[] = [];
  for (const line of lines) {
    const last = open.at(-1);
    const [, heading] = HEADING.exec(line) ?? [];
    const [, bullet] = BULLET.exec(line) ?? [];
    const [, number] = NUMBER.exec(line) ?? [];
    if (heading !== undefined) open.push({ kind: "heading", lines: [heading] });
    else if (bullet !== undefined) addItem(open, "bullet", bullet);
    else if (number !== undefined) addItem(open, "number", number);
    else if (last && last.kind !== "heading")
      last.lines.push(`${last.lines.pop()!} ${line.trim()}`);
    else open.push({ kind: "paragraph", lines: [line.trim()] });
  }
  return open.map(({ kind, lines }) =>
    kind === "heading" || kind === "paragraph"
      ? { kind, children: parseInline(lines[0]!) }
      : { kind: "list", ordered: kind === "number", items: lines.map(parseInline) },
  );
}

function addItem(open: OpenBlock[], kind: "bullet" | "number", text: string): void {
  const last = open.at(-1);
  if (last?.kind === kind) last.lines.push(text);
  else open.push({ kind, lines: [text] });
}

const INLINE =
  /\*\*(?<strong>\S(?:.*?\S)?)\*\*(?!\*)|(?<!\w)(?<mark>[*_])(?<emphasis>[^\s*_](?:[^*_]*[^\s*_])?)\k<mark>(?!\w)|\[(?<label>[^\]]+)\]\((?<href>[^\s()]+)\)/;

function parseInline(text: string): Inline[] {
  const found = INLINE.exec(text);
  if (!found) return plain(text);
  const { strong, emphasis, label, href } = found.groups!;
  const before = plain(text.slice(0, found.index));
  const after = parseInline(text.slice(found.index + found[0].length));
  return [...before, inlineOf(found[0], { strong, emphasis, label, href }), ...after];
}

type Groups = Record<"strong" | "emphasis" | "label" | "href", string | undefined>;

function inlineOf(source: string, { strong, emphasis, label, href }: Groups): Inline {
  if (strong !== undefined) return { kind: "strong", children: parseInline(strong) };
  if (emphasis !== undefined) return { kind: "emphasis", children: parseInline(emphasis) };
  // Only addresses that open a page: "javascript:" and the like stay text.
  return /^https?:\/\//i.test(href!)
    ? { kind: "link", href: href!, children: plain(label!) }
    : { kind: "text", text: source };
}

function plain(text: string): Inline[] {
  return text === "" ? [] : [{ kind: "text", text }];
}
