/** The parts of a report page, in the order in which they are read. */
import type { Answer } from "../../answers/answer";
import { methodName } from "../../study/curves";
import { bestSentence, comparisonSentence, controlSentence } from "../report-markdown";
import { type StudyReport, selectionByCycle } from "../report";
import { type ReportContent, scoresOf } from "./content";
import { answersFigure, curveFigure, meansFigure, thresholdFigure } from "./figures";
import { type Markup, html } from "./markup";
import { methods, settings } from "./methods";
import { bounds, roleLabel, three } from "./words";

export function heading({ report }: ReportContent): Markup {
  return html`<header>
    <h1>How consistently does ${report.target} answer moral questions?</h1>
    <p class="small">
      Corpus ${report.corpus.name}, ${report.corpus.questions} questions · aligned model
      ${report.aligned} · encoder ${report.encoder.name} · preset ${report.config.preset} · seed
      ${report.seed}
    </p>
  </header>`;
}

export function findings({ report }: ReportContent): Markup {
  const [first, ...others] = report.comparisons.map((one) =>
    comparisonSentence(one, methodName(report.config)),
  );
  return html`<section>
    <h2>What was found</h2>
    <p class="lead">
      ${first ?? "There is no comparison: no model beside the baseline was scored."}
    </p>
    ${others.map((sentence) => html`<p>${sentence}</p>`)}
    <p>${controlSentence(report.models, methodName(report.config))}</p>
    <p>${bestSentence(report)}</p>
  </section>`;
}

export function results(content: ReportContent): Markup {
  const { report } = content;
  const rows = report.models.map((model) => ({
    model,
    points: [...scoresOf(content, model.name).values()].flatMap(({ sage }) => sage ?? []),
  }));
  return html`<section>
    <h2>SaGE on the held-out questions</h2>
    <figure>
      ${meansFigure(rows, report)}
      <figcaption>
        Mean SaGE of each model with its interval, over the scores of the single questions. 1 means
        that the answers to all wordings of a question say the same. Answers alone are compared,
        without rules of thumb.
      </figcaption>
    </figure>
    ${questionTable(content)}
  </section>`;
}

function questionTable(content: ReportContent): Markup {
  const { models, questions, config } = content.report;
  const shown = models.map(({ name }) => ({ name, scores: scoresOf(content, name) }));
  const heldOut = questions.filter(({ split }) => split === "evaluation");
  const minor = (label: string, cells: readonly string[]) =>
    html`<tr class="minor">
      <th scope="row">${label}</th>
      ${cells.map((cell) => html`<td class="figure">${cell}</td>`)}
    </tr> `;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Scores by question">
    <table>
      <thead>
        <tr>
          <th scope="col">Question</th>
          ${shown.map(({ name }) => html`<th scope="col" class="figure ${name}">${roleLabel(name, content.report)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${heldOut.map(
          ({ id, question, sage }) =>
            html`<tr>
              <th scope="row">${question}</th>
              ${shown.map(({ name, scores }) => {
                const score = scores.get(id);
                const graph = score && answersFigure(score.weights, score.answered.length, name);
                return html`<td class="figure">${three(sage[name])}<br />${graph ?? null}</td>`;
              })}
            </tr> `,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Mean</th>
          ${models.map(({ mean }) => html`<td class="figure">${three(mean)}</td>`)}
        </tr>
        ${minor(
          `${Math.round(100 * config.statistics.confidence)} % interval`,
          models.map(({ interval }) => bounds(interval)),
        )}${minor(
          "n, questions",
          models.map(({ n }) => String(n)),
        )}${minor(
          "Between questions (control)",
          models.map(({ betweenQuestions }) => three(betweenQuestions)),
        )}
      </tfoot>
    </table>
  </div>`;
}

/** What was said before and after: the baseline beside the model that was kept, or the aligned one where none was. */
export function answers(content: ReportContent): Markup {
  const { report, questions, models } = content;
  const kept = report.best.name === "baseline" ? "aligned" : report.best.name;
  const sides = (["baseline", kept] as const).map((name) => ({
    name,
    said: byWording(models.find((model) => model.name === name)?.answers ?? []),
  }));
  return html`<section>
    <h2>Every answer</h2>
    <p>
      To each wording, by the pretrained model and by the model
      ${kept === "aligned" ? "to learn from" : roleLabel(kept, report).replace(/^A/, "a")}.
    </p>
    ${questions.map(
      ({ id, text, paraphrases }) =>
        html`<details>
          <summary>${text}</summary>
          ${paraphrases.map(
            (wording, i) =>
              html`<h3>${wording}</h3>
                <div class="pair">
                  ${sides.map(
                    ({ name, said }) =>
                      html`<p>
                        <span class="small ${name}">${roleLabel(name, report)}</span
                        ><br />${said.get(`${id}/${i}`) ?? "no answer"}
                      </p>`,
                  )}
                </div>`,
          )}
        </details> `,
    )}
  </section>`;
}

/** By question and position of the wording. */
function byWording(answers: readonly Answer[]): ReadonlyMap<string, string> {
  return new Map(
    answers.map(({ questionId, paraphrase, text }) => [`${questionId}/${paraphrase}`, text]),
  );
}

export function selection({ report }: ReportContent): Markup {
  const texts = new Map(report.questions.map(({ id, question }) => [id, question]));
  const words = {
    train: "kept",
    reject: "rejected",
    feedback: "feedback list",
    unscored: "no score",
  };
  return html`<section>
    <h2>Selection</h2>
    ${selectionByCycle(report).map(
      ({ cycle, records }) =>
        html`<h3>Cycle ${cycle}</h3>
          <figure>
            ${thresholdFigure(records)}
            <figcaption>
              The threshold falling question by question. A filled dot was kept for training, a
              hollow one rejected, a dashed one went to the feedback list because there the target
              was the more consistent.
            </figcaption>
          </figure>
          <details>
            <summary>The ${records.length} decisions</summary>
            <div class="scroll" tabindex="0" role="group" aria-label="Decisions of cycle ${cycle}">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Question</th>
                    <th scope="col" class="figure">Threshold</th>
                    <th scope="col" class="figure">Aligned</th>
                    <th scope="col" class="figure">Target</th>
                    <th scope="col">Decision</th>
                  </tr>
                </thead>
                <tbody>
                  ${records.map(
                    ({ id, threshold, aligned, target, decision }) =>
                      html`<tr>
                        <th scope="row">${texts.get(id) ?? id}</th>
                        <td class="figure">${threshold.toFixed(4)}</td>
                        <td class="figure">${three(aligned)}</td>
                        <td class="figure">${three(target)}</td>
                        <td>${words[decision]}</td>
                      </tr> `,
                  )}
                </tbody>
              </table>
            </div>
          </details>`,
    )}
  </section>`;
}

export function training({ training: { lora, ppo }, report }: ReportContent): Markup {
  const method = methodName(report.config);
  const distances = ppo.filter(({ kl }) => kl !== null);
  const health = report.cycles.flatMap(({ cycle, health = [] }) =>
    health.map((finding) => ({ cycle, ...finding })),
  );
  const figure = (figure: Markup, caption: string) =>
    html`<figure>
      ${figure}
      <figcaption>${caption}</figcaption>
    </figure>`;
  return html`<section>
    <h2>Training</h2>
    ${
      lora.length === 0
        ? html`<p>Nothing was trained.</p>`
        : figure(
            curveFigure(
              lora.map(({ step, loss }) => ({ step, value: loss })),
              { label: "Loss of LoRA", role: "lora" },
            ),
            "LoRA: loss in nats a token, by step.",
          )
    }
    ${
      ppo.length === 0
        ? null
        : [
            figure(
              curveFigure(
                ppo.map(({ step, score }) => ({ step, value: score })),
                { label: `Score of ${method}`, role: "ppo" },
              ),
              `${method}: mean score of the rollouts, by step.`,
            ),
            distances.length === 0
              ? null
              : figure(
                  curveFigure(
                    distances.map(({ step, kl }) => ({ step, value: kl ?? NaN })),
                    { label: `KL of ${method}`, role: "ppo" },
                  ),
                  `${method}: KL to the reference model, nats a response.`,
                ),
          ]
    }
    ${health.map(({ cycle, severity, since, sentence, setting }) => html`<p>Cycle ${cycle}, from step ${since}, ${severity}: ${sentence} Change <code>${setting}</code> first.</p>`)}
  </section>`;
}

export function methodsSection({ report, steadfast }: ReportContent): Markup {
  return html`<section>
    <h2>Methods</h2>
    ${methods(report, steadfast).map((paragraph) => html`<p>${paragraph}</p>`)}
    <details>
      <summary>Every setting</summary>
      <div class="scroll" tabindex="0" role="group" aria-label="Settings">
        <table>
          <tbody>
            ${settings(report.config).map(
              ([name, value]) =>
                html`<tr>
                  <th scope="row"><code>${name}</code></th>
                  <td><code>${value}</code></td>
                </tr> `,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}

export function limits({ encoder, models }: StudyReport): Markup {
  const n = models.find(({ name }) => name === "baseline")?.n ?? 0;
  return html`<section>
    <h2>What this does not say</h2>
    <p>
      Consistency is not truth and not goodness: a model that always gives the same wrong advice
      scores 1. A model that says the same to every question scores high too; that is what the
      control is for. The score is as good as its encoder: scores by another than ${encoder.name} do
      not compare with these. And ${n} questions are ${n} questions: the intervals say how far they
      reach.
    </p>
  </section>`;
}
