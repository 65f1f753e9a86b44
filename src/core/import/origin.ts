import type { Container } from "./container";
import type { Json } from "./record";
import type { Layout, Roles } from "./roles";

/** How a corpus lay in its file: what its questions do not hold themselves. */
export interface CorpusOrigin {
  /** Name of a format of formats.ts. */
  readonly format: string;
  readonly container: Container;
  /** In the file's order. */
  readonly columns: readonly string[];
  /** Roles of the columns and how the wordings lie; null for a format with columns of its own, which are all kept. */
  readonly mapped: { readonly roles: Roles; readonly layout: Layout } | null;
  /** Columns kept as they were: one value a wording in the layout "long", else one a record. */
  /** Hash of ids and texts: the same for the same questions, whatever file they came in. */
  readonly fingerprint: string;
  readonly kept: readonly { readonly column: string; readonly values: readonly (Json | null)[] }[];
}
