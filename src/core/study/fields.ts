/** The settings of a study as a list, read from its schema: what a form or a help text shows. */
import { StudyConfig } from "./config";

export type FieldInput =
  | { readonly kind: "number"; readonly whole: boolean }
  | { readonly kind: "text" | "boolean" }
  | { readonly kind: "choice"; readonly options: readonly string[] }
  /** `id` items are question ids: integers or texts. */
  | { readonly kind: "list"; readonly items: "text" | "id" };

export interface Field {
  /** Keys from the top: ["ppo", "learningRate"]. */
  readonly path: readonly string[];
  readonly description: string | null;
  /** Whether null is a value: no limit, or to be counted. */
  readonly nullable: boolean;
  readonly input: FieldInput;
}

export interface FieldGroup {
  readonly key: string;
  readonly fields: readonly Field[];
}

/** The parts of a valibot schema that a form needs. */
interface Node {
  readonly type: string;
  readonly wrapped?: Node;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly item?: Node;
  readonly options?: readonly unknown[];
  readonly pipe?: readonly { readonly type: string; readonly description?: string }[];
}

const entries: Readonly<Record<string, Node>> = StudyConfig.entries;

/** Settings that stand at the top by themselves, in the schema's order. */
export const generalFields: readonly Field[] = Object.entries(entries).flatMap(([key, node]) => {
  const { type } = unwrap(node).inner;
  return type === "strict_object" || type === "variant" ? [] : [toField([key], node)];
});

/** Groups of settings, in the schema's order. */
export const fieldGroups: readonly FieldGroup[] = Object.entries(entries).flatMap(([key, node]) => {
  const { inner } = unwrap(node);
  return inner.type === "strict_object" ? [{ key, fields: fieldsOf([key], inner) }] : [];
});

/** Settings of an aligned model behind an API. */
export const chatFields: readonly Field[] = StudyConfig.entries.aligned.wrapped.options
  .flatMap((option): readonly Field[] => fieldsOf(["aligned"], option))
  .filter(({ path }) => path.at(-1) !== "kind");

function fieldsOf(path: readonly string[], { entries = {} }: Node): Field[] {
  return Object.entries(entries).map(([key, node]) => toField([...path, key], node));
}

function toField(path: readonly string[], node: Node): Field {
  const { inner, nullable, description } = unwrap(node);
  return { path, nullable, description, input: inputOf(inner) };
}

function unwrap(node: Node): { inner: Node; nullable: boolean; description: string | null } {
  const said = node.pipe?.find(({ type }) => type === "description")?.description ?? null;
  if (node.wrapped === undefined) return { inner: node, nullable: false, description: said };
  const below = unwrap(node.wrapped);
  return {
    inner: below.inner,
    nullable: below.nullable || node.type === "nullable",
    description: said ?? below.description,
  };
}

function inputOf(node: Node): FieldInput {
  switch (node.type) {
    case "number":
      return {
        kind: "number",
        whole: node.pipe?.some(({ type }) => /integer/.test(type)) ?? false,
      };
    case "boolean":
      return { kind: "boolean" };
    case "picklist":
      return { kind: "choice", options: (node.options ?? []).map(String) };
    case "array":
      return { kind: "list", items: node.item?.type === "union" ? "id" : "text" };
    default:
      return { kind: "text" };
  }
}
