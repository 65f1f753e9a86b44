/** Every measure of every model, as the report page shows it. */
import { clusterThresholdOf } from "../../measures/cluster-threshold";
import { MEASURES } from "../../measures/registry";
import type { ReportContent } from "./content";
import { type Markup, html } from "./markup";
import { roleLabel, bounds, three } from "./words";

/** Nothing in reports of before there were measures. */
export function measures({ report }: ReportContent): Markup | null {
  const { models, config, encoder } = report;
  if (models.every(({ measures }) => measures === undefined)) return null;
  const all = MEASURES.flatMap(({ name, title, says }) =>
    name === "sage" ? [] : [{ title, says, of: models.map(({ measures }) => measures?.[name]) }],
  );
  const isDefined = ({ of }: (typeof all)[number]) => of.some((summary) => summary?.mean != null);
  const threshold = clusterThresholdOf(encoder.name);
  return html`<section>
    <h2>Measures</h2>
    <p class="small">
      Means over questions with their ${Math.round(100 * config.statistics.confidence)} % interval
      and
      n.${threshold === null ? "" : ` Two answers are one meaning from a similarity of ${threshold}.`}
    </p>
    <div class="scroll" tabindex="0" role="group" aria-label="Measures of the models">
      <table>
        <thead>
          <tr>
            <th scope="col">Measure</th>
            ${models.map(({ name }) => html`<th scope="col" class="figure ${name}">${roleLabel(name, report)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${all.filter(isDefined).map(
            ({ title, says, of }) =>
              html`<tr>
                <th scope="row">${title}<br /><span class="small">${says}</span></th>
                ${of.map(
                  (summary) =>
                    html`<td class="figure">
                      ${three(summary?.mean)}<br />${bounds(summary?.interval ?? null)}<br />n =
                      ${String(summary?.n ?? 0)}
                    </td>`,
                )}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${all
      .filter((measure) => !isDefined(measure))
      .map(
        ({ title, of }) =>
          html`<p class="small">${title}: not measured, ${of[0]?.reason ?? ""}.</p>`,
      )}
  </section>`;
}
