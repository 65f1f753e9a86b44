import { expect, test } from "vitest";
import { smallContent } from "./content.fixture";
import { html } from "./markup";
import { reportPage } from "./page";

const digest = async () => "0".repeat(64);

test("texts of questions and answers are shown as they are and never become markup", async () => {
  const payloads = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</script><b>"];
  const page = await reportPage(await smallContent((i) => payloads[i % 3]!), digest);
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page.match(/<script/g)).toHaveLength(1); // the data, which is not run
  expect(page).not.toContain("<img");
  expect(page.match(/<\/script>/g)).toHaveLength(1);
});

test("the page asks for nothing from anywhere", async () => {
  const page = await reportPage(await smallContent(), digest);
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?\/\//);
});

test("the page shows each model's mean with its interval and n, and the control", async () => {
  const content = await smallContent();
  const page = await reportPage(content, digest);
  const flat = page.replaceAll(/\s+/g, " ");
  const { mean, interval } = content.report.models[2]!;
  const three = (x: number) => x.toFixed(3).replace(/^0/, "");
  expect(flat).toContain(`<td class="figure">${three(mean!)}</td>`);
  expect(flat).toContain(`[${three(interval![0])}, ${three(interval![1])}]`);
  expect(flat).toContain("Between questions (control)");
});

test("a template escapes what it is given, joins lists and leaves out null", () => {
  expect(String(html`<p title="${'"'}">${["<", html`<i>x</i>`, null, 3]}</p>`)).toBe(
    '<p title="&quot;">&lt;<i>x</i>3</p>',
  );
});
