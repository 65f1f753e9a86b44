/** One line of a text with the line break that ends it. */
const LINE = /[^\r\n]+(?:\r\n|[\r\n])?|\r\n|[\r\n]/g;

/** What a spreadsheet may take for a formula: = + - @ (full-width too) or a tab, after any blanks; our own ' may stand before. */
const RISKY = /^'*[ \t\v\f\p{Z}\p{Cf}]*[=+\-@＝＋－＠\t]/u;

/**
 * Puts ' before each line of a text that a spreadsheet could run as a formula, so that a model's answer or an
 * imported question cannot act when an export is opened. `unguardFormulas` undoes it exactly, for every text.
 *
 * @see OWASP, "CSV Injection": a value that begins with = + - @, tab or CR.
 */
export function guardFormulas(text: string): string {
  return text.replace(LINE, (line, offset: number) => (isRisky(line, offset) ? `'${line}` : line));
}

/** Takes away what `guardFormulas` added, and nothing else of a text that it wrote. */
export function unguardFormulas(text: string): string {
  if (!text.includes("'")) return text; // most cells, and tables have many
  return text.replace(LINE, (line, offset: number) =>
    line.startsWith("'") && isRisky(line.slice(1), offset) ? line.slice(1) : line,
  );
}

function isRisky(line: string, offset: number): boolean {
  return RISKY.test(line) || (offset === 0 && /^'*\r/.test(line));
}
