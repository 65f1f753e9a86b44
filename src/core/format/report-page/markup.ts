/** HTML as text in which every value is escaped; what is markup already says so by its type. */
export class Markup {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

export type Value = string | number | Markup | readonly Value[] | null;

/** A template whose values are escaped: `html\`<td>${text}</td>\``. Lists are joined, null is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(parts.reduce((all, part, i) => all + written(values[i - 1] ?? null) + part));
}

function written(value: Value): string {
  if (value === null) return "";
  if (value instanceof Markup) return String(value);
  if (typeof value === "object") return value.map(written).join("");
  return escapeHtml(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}
