import type { CatalogExpr, CodePattern, IndexTracker, RuntimeConf, TransformOutput } from "wuchale";

/** What wuchale's adapter makes of each source. */
export class WordsTransformer {
  constructor(
    content: string,
    filename: string,
    index: Pick<IndexTracker, "get">,
    patterns: readonly CodePattern[],
    expression: CatalogExpr,
    runtime: RuntimeConf,
    matchUrl?: (url: string) => string | null,
  );
  transformSv(): Promise<TransformOutput>;
}
