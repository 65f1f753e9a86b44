/** The page shown, as the address says it: what lies after # is the state, so back, reload and links work. */
import { parseQuestionId, type QuestionId } from "../core/corpus/corpus";

export type Route =
  /** What Steadfast is, with the example study. */
  | { readonly page: "home" }
  /** A stored run, or with null the newest. */
  | { readonly page: "study"; readonly runId: string | null }
  | { readonly page: "corpus"; readonly corpusId: string | null }
  | { readonly page: "question"; readonly runId: string; readonly questionId: QuestionId }
  | { readonly page: "setup" }
  /** The tasks; with a task its raters; with a rater too the labelling itself. */
  | { readonly page: "label"; readonly taskId: string | null; readonly rater: string | null }
  | { readonly page: "agreement"; readonly taskId: string | null }
  /** `view`: how it is sorted, filtered and the like, as a query string; absent where nothing was chosen. */
  | { readonly page: "runs"; readonly view?: string }
  /** Every question of a run as a small graph. */
  | { readonly page: "map"; readonly runId: string; readonly view?: string }
  /** The selection of a run, replayed with other thresholds. */
  | { readonly page: "select"; readonly runId: string; readonly view?: string }
  /** Two models of runs, each as `modelKey` writes it; null where none is chosen. */
  | { readonly page: "compare"; readonly before: string | null; readonly after: string | null }
  /** Methods of training over several runs. */
  | { readonly page: "methods" }
  | { readonly page: "self-test" | "storage" };

/** "#/question/RUN/17" → its route. Anything unknown is the study page. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [page = "", first, second] = path.split("/").map(decode);
  const view = query === "" ? {} : { view: query };
  switch (page) {
    case "corpus":
      return { page, corpusId: first || null };
    case "question":
      if (!first || !second) return { page: "study", runId: first || null };
      return { page, runId: first, questionId: parseQuestionId(second) };
    case "label":
      return { page, taskId: first || null, rater: (first && second) || null };
    case "agreement":
      return { page, taskId: first || null };
    case "compare":
      return { page, before: first || null, after: second || null };
    case "map":
    case "select":
      return first ? { page, runId: first, ...view } : { page: "study", runId: null };
    case "runs":
      return { page, ...view };
    case "home":
    case "setup":
    case "methods":
    case "self-test":
    case "storage":
      return { page };
    default:
      return { page: "study", runId: (page === "study" && first) || null };
  }
}

/** The address of a route, for links: the inverse of `parseRoute`. */
export function hrefOf(route: Route): string {
  const parts: (string | number | null)[] = [route.page];
  if (route.page === "study") parts.push(route.runId);
  if (route.page === "corpus") parts.push(route.corpusId);
  if (route.page === "map" || route.page === "select") parts.push(route.runId);
  if (route.page === "question") parts.push(route.runId, route.questionId);
  if (route.page === "label") parts.push(route.taskId, route.rater);
  if (route.page === "agreement") parts.push(route.taskId);
  if (route.page === "compare") parts.push(route.before, route.after);
  const said = parts.filter((part) => part !== null);
  const query = "view" in route && route.view ? `?${route.view}` : "";
  return `#/${said.map(encodeURIComponent).join("/")}${query}`;
}

/** A hand-written % that encodes nothing stands for itself. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export class Router {
  current = $state.raw<Route>({ page: "study", runId: null });

  constructor() {
    const read = () => (this.current = parseRoute(location.hash));
    read();
    addEventListener("hashchange", read);
  }

  go(route: Route): void {
    location.hash = hrefOf(route);
  }

  /** The same page seen otherwise: the address says so, and going back does not step through it. */
  replace(route: Route): void {
    history.replaceState(history.state, "", hrefOf(route));
    this.current = route;
  }
}
