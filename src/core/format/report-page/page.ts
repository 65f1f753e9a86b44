/** A study's report as one HTML file: it needs no network, no script and no other file, and carries its own data. */
import { strFromU8, strToU8 } from "fflate";
import { InputError } from "../input-error";
import type { ByteDigest } from "../project/manifest";
import { type ReportContent, contentBytes, readContent } from "./content";
import { Markup, html } from "./markup";
import { measures } from "./measures";
import {
  answers,
  findings,
  heading,
  limits,
  methodsSection,
  results,
  selection,
  training,
} from "./sections";
import { STYLE } from "./style";

const OPEN = '<script type="application/json" id="steadfast-data">';
const CLOSE = "</script>";
const CHECKSUM = "SHA-256 of the data: ";

/** The same content gives the same bytes. */
export async function reportPage(content: ReportContent, digest: ByteDigest): Promise<string> {
  const bytes = contentBytes(content);
  const data = strFromU8(bytes).replaceAll("<", String.raw`\u003c`); // no text of the data may end its element
  const checksum = await digest(bytes);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>Steadfast report: ${content.report.target} on ${content.report.corpus.name}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${heading(content)} ${findings(content)} ${results(content)} ${measures(content)}
          ${answers(content)} ${selection(content)} ${training(content)} ${methodsSection(content)}
          ${limits(content.report)}
        </main>
        <footer class="small">
          <p>
            Written by Steadfast ${content.steadfast}. This file carries its data; “Verify” in
            Steadfast, or <code>npm run steadfast -- verify FILE</code>, computes every table again
            and compares it.
          </p>
          <p>${CHECKSUM}<code>${checksum}</code></p>
        </footer>
        ${new Markup(OPEN)}${new Markup(data)}${new Markup(CLOSE)}
      </body>
    </html> `;
  return String(page);
}

/** @throws InputError if the file is no report page, or its data is not as it was written. */
export function readReportPage(page: string, file: string): ReportContent {
  return readContent(strToU8(dataOf(page, file)), file);
}

/**
 * Whether the data is what its checksum says, whichever version wrote it.
 * @throws InputError if the file is no report page.
 */
export async function isDataIntact(
  page: string,
  file: string,
  digest: ByteDigest,
): Promise<boolean> {
  const [, stated] = page.split(`${CHECKSUM}<code>`);
  const written = dataOf(page, file).replaceAll(/(?<=(?<!\\)(?:\\\\)*)\\u003c/g, "<");
  return stated?.startsWith(`${await digest(strToU8(written))}</code>`) ?? false;
}

function dataOf(page: string, file: string): string {
  const from = page.lastIndexOf(OPEN);
  const to = page.indexOf(CLOSE, from);
  if (from === -1 || to === -1) {
    throw new InputError(
      { file },
      "it is no report page of Steadfast",
      "Choose the report.html that a study wrote.",
    );
  }
  return page.slice(from + OPEN.length, to);
}
