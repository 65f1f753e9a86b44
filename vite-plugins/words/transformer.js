/**
 * What of a source is said to people. wuchale finds the strings and puts look-ups in their place; this says which strings are words.
 * Its own rule takes whatever begins with a capital letter, "ArrowLeft" too, and passes over "of the answers", over what is
 * thrown and over the fields of classes. Where this is wrong, `@wc-include` or `@wc-ignore` in a comment before the string says so.
 */
const { SvelteTransformer } = await import(
  // Not among the package's exports; its version is pinned.
  new URL("transformer.js", import.meta.resolve("@wuchale/svelte")).href
);

/** Attributes that are read out or shown; what others hold is for the browser. */
const READ = new Set(["alt", "aria-label", "aria-valuetext", "placeholder", "title"]);
/** Properties of objects that hold what is shown. */
const SHOWN_KEYS = new Set(["text", "title"]);
/** Elements with what is typed or run. */
const VERBATIM_ELEMENTS = new Set(["code", "kbd", "pre"]);
/** Addresses, names of files and of models, fonts and lengths of CSS. */
const VERBATIM = /^(https?:\/\/\S*|[\w-]+(\.[\w-]+)+|[\w-]+\/[\w-]+|\d+px .*|\w+\(.*px.*\))$/;
const NAMES = /\b(SaGE|LoRA)\b/g;
const COMPARISONS = new Set(["===", "!==", "==", "!=", "<", ">", "<=", ">=", "in", "instanceof"]);
/** Methods whose arguments are for the machine. */
const MACHINE_CALLS =
  /^console\.|(^|\.)(addEventListener|closest|fetch|get|getElementById|has|includes|matches|matchMedia|postMessage|querySelector(All)?|replace|setAttribute|split)$/;

export class WordsTransformer extends SvelteTransformer {
  /** Whether the value of what is visited is put on the page as it is. */
  shown = false;

  constructor(content, filename, index, patterns, expression, runtime, matchUrl) {
    const isWords = (message) => this.isWords(message);
    super(content, filename, index, isWords, patterns, expression, runtime, matchUrl);
    // A language is chosen as the page loads: a constant need not follow it.
    this.visitVariableDeclarator = this.defaultVisitVariableDeclarator;
    // The look-up stands before every statement: a function may be called above where it is written.
    this.visitStatementsNSaveRealBodyStart = (nodes) => nodes.flatMap(this.visit);
    this.tellShown();
    this.skipMachine();
    this.skipAttributes();
    this.visitMore();
    this.keepSpacesOutside();
  }

  isWords({ msgStr, details: { scope, element, call } }) {
    const text = msgStr.join("\n");
    if (!holdsWord(text) || VERBATIM.test(text)) return false;
    if (scope === "markup" && VERBATIM_ELEMENTS.has(element)) return false;
    if (call !== undefined && MACHINE_CALLS.test(call)) return false;
    if (scope === "markup" || scope === "attribute" || this.shown) return "message";
    return isSentence(text) ? "message" : false;
  }

  within(shown, visit) {
    const before = this.shown;
    this.shown = shown;
    try {
      return visit();
    } finally {
      this.shown = before;
    }
  }

  /** `{open ? "on" : "off"}` shows either; `{names.get("on")}` does not show its argument. */
  tellShown() {
    const { visitExpressionTag } = this;
    this.visitExpressionTag = (node) => this.within(true, () => visitExpressionTag(node));
    const inner = ["ArrayExpression", "CallExpression", "NewExpression", "ObjectExpression"];
    for (const kind of [...inner.map((type) => `visit${type}`), "visitFunctionBody"]) {
      const visit = this[kind];
      this[kind] = (node, ...rest) => this.within(false, () => visit(node, ...rest));
    }
    this.visitProperty = ({ key, value, computed }) => [
      ...(computed ? this.visitHidden(key) : []),
      ...this.within(SHOWN_KEYS.has(key.name), () => this.visit(value)),
    ];
  }

  visitHidden = (node) =>
    this.within(false, () => (node.type === "Literal" ? [] : this.visit(node)));

  /** What is compared or names a property is no word. */
  skipMachine() {
    const hidden = this.visitHidden;
    this.visitBinaryExpression = ({ operator, left, right }) => {
      const visit = COMPARISONS.has(operator) ? hidden : this.visit;
      return [...visit(left), ...visit(right)];
    };
    this.visitLogicalExpression = ({ operator, left, right }) => [
      ...(operator === "&&" ? hidden(left) : this.visit(left)),
      ...this.visit(right),
    ];
    this.visitConditionalExpression = ({ test, consequent, alternate }) => [
      ...hidden(test),
      ...this.visit(consequent),
      ...this.visit(alternate),
    ];
    this.visitMemberExpression = ({ object, property }) => [...hidden(object), ...hidden(property)];
    this.visitSwitchStatement = ({ discriminant, cases }) => [
      ...hidden(discriminant),
      ...cases.flatMap(({ consequent }) => consequent.flatMap(this.visit)),
    ];
    this.visitIfBlock = ({ test, consequent, alternate }) => [
      ...hidden(test),
      ...this.visit(consequent),
      ...(alternate ? this.visit(alternate) : []),
    ];
  }

  skipAttributes() {
    const { visitAttribute } = this;
    this.visitAttribute = (node) => {
      if (node.value === true) return [];
      if (READ.has(node.name)) return this.within(true, () => visitAttribute(node));
      const values = Array.isArray(node.value) ? node.value : [node.value];
      if (/^[A-Z]/.test(this.currentElement ?? "")) {
        const text = values.map(({ data }) => data ?? "#").join("");
        const isText = values.some(({ type }) => type === "Text");
        return isText && !isSentence(text) ? [] : this.within(false, () => visitAttribute(node));
      }
      // A handler may say something.
      return values.flatMap(({ expression }) =>
        expression?.type === "ArrowFunctionExpression" ? this.visitHidden(expression) : [],
      );
    };
  }

  /** Places that wuchale passes over. */
  visitMore() {
    const { visitClassDeclaration } = this;
    this.visitThrowStatement = ({ argument }) => this.visit(argument);
    this.visitTSNonNullExpression = ({ expression }) => this.visit(expression);
    this.visitClassDeclaration = (node) => [
      ...visitClassDeclaration(node),
      ...node.body.body.flatMap(({ type, value }) =>
        type === "PropertyDefinition" && value ? this.visit(value) : [],
      ),
    ];
    this.visitSvelteElement = (node) => this.visitRegularElement(node);
  }

  /** " of {0}" is listed as "of {0}": wuchale takes the two for one, and a translator soon loses a space at an end. */
  keepSpacesOutside() {
    const { visitLiteral, visitTemplateLiteralQuasis } = this;
    const around = ({ start, end }, before, after) => {
      if (before) this.mstr.prependRight(start, `(${JSON.stringify(before)} + `);
      if (after) this.mstr.appendLeft(end, ` + ${JSON.stringify(after)}`);
      if (before) this.mstr.appendLeft(end, ")");
    };
    this.visitLiteral = (node, details) => {
      if (typeof node.value !== "string") return [];
      const [, before, value, after] = /^(\s*)(.*?)(\s*)$/s.exec(node.value);
      const messages = visitLiteral({ ...node, value }, details);
      if (messages.length > 0) around(node, before, after);
      return messages;
    };
    this.visitTemplateLiteralQuasis = (node, type) => {
      const cooked = node.quasis.map(({ value }) => value.cooked);
      const [before] = /^\s*/.exec(cooked[0]);
      const [after] = /\s*$/.exec(cooked.at(-1));
      cooked[0] = cooked[0].trimStart();
      cooked[cooked.length - 1] = cooked.at(-1).trimEnd();
      around(node, before, after);
      const quasis = node.quasis.map((quasi, i) => ({ ...quasi, value: { cooked: cooked[i] } }));
      return visitTemplateLiteralQuasis({ ...node, quasis }, type);
    };
  }
}

/** Whether there is a word in it, not just signs, units and names that are the same in every language. */
const holdsWord = (text) => /\p{L}\p{Ll}/u.test(text.replaceAll(NAMES, ""));

/** Of strings in a script those that read as words: "Not yet", "of the answers"; not "first-view", "ArrowUp". */
function isSentence(text) {
  if (/^[\w./:#-]*$/.test(text)) return /^\p{Lu}[\p{Ll}-]+[.:]?$/u.test(text);
  return /^\p{Lu}/u.test(text) || /\p{L}.* | +\p{L}/u.test(text);
}
