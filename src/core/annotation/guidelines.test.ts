import fc from "fast-check";
import { expect, test } from "vitest";
import { type Block, type Inline, parseGuidelines } from "./guidelines";

const text = (text: string): Inline => ({ kind: "text", text });
const paragraph = (...children: Inline[]): Block => ({ kind: "paragraph", children });

test("headings, paragraphs and lists are told apart, and a line goes on with the next", () => {
  const markdown =
    "# What to do\nRead both\nanswers.\n\n- Same advice: Y\n- Other advice: N\n  or none\n1. One\n2) Two\n";
  expect(parseGuidelines(markdown)).toEqual([
    { kind: "heading", children: [text("What to do")] },
    paragraph(text("Read both answers.")),
    {
      kind: "list",
      ordered: false,
      items: [[text("Same advice: Y")], [text("Other advice: N or none")]],
    },
    { kind: "list", ordered: true, items: [[text("One")], [text("Two")]] },
  ]);
});

test("bold, italic and links stand within the text", () => {
  expect(parseGuidelines("Be **very *kind*** and _calm_: [see](https://a.example/x?y=1).")).toEqual(
    [
      paragraph(
        text("Be "),
        {
          kind: "strong",
          children: [text("very "), { kind: "emphasis", children: [text("kind")] }],
        },
        text(" and "),
        { kind: "emphasis", children: [text("calm")] },
        text(": "),
        { kind: "link", href: "https://a.example/x?y=1", children: [text("see")] },
        text("."),
      ),
    ],
  );
});

test.each([
  "<img src=x onerror=alert(1)>",
  "[click](javascript:alert(1))",
  "[click](JavaScript:alert)",
  "[click](data:text/html,x)",
  "[click](//evil.example)",
  "2 * 3 * 4 and a_snake_case",
  "**unclosed and [no link]",
])("%j stays as it is written", (written) => {
  expect(parseGuidelines(written)).toEqual([paragraph(text(written))]);
});

test("nothing written is lost, and a link leads only to a page", () => {
  const words = fc.constantFrom(
    "a", "**", "*", "_", "[", "](", ")", "[a](", "https://a.b", "javascript:x", "<b>", "\n", "\n\n", "- ", "1. ", "# ", " ",
  ); // prettier-ignore
  const flatten = (nodes: readonly Inline[]): Inline[] =>
    nodes.flatMap((node) => [node, ...("children" in node ? flatten(node.children) : [])]);
  fc.assert(
    fc.property(
      fc.array(words).map((parts) => parts.join("")),
      (markdown) => {
        const nodes = parseGuidelines(markdown).flatMap((block) =>
          flatten(block.kind === "list" ? block.items.flat() : block.children),
        );
        const said = nodes.map((node) =>
          node.kind === "text" ? node.text : node.kind === "link" ? node.href : "",
        );
        const lettersOf = (text: string) => text.match(/[a-z]/g)?.sort();
        expect(lettersOf(said.join(""))).toEqual(lettersOf(markdown));
        for (const node of nodes)
          if (node.kind === "link") expect(node.href).toMatch(/^https?:\/\//);
      },
    ),
    { numRuns: 2000 }, // whole links are rare among random words
  );
});
