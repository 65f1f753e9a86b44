import type { FileMetaData, SchemaElement, SchemaTree } from "hyparquet";
import { parquetSchema } from "hyparquet";
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from "hyparquet/src/schema.js";
import { IMPORT_LIMITS } from "../limits";

/** A column as it is stored: a list or a struct of the table has several. */
export interface Leaf {
  /** From the schema's root to the column. */
  readonly path: SchemaTree[];
  readonly element: SchemaElement;
  readonly maxRepetition: number;
  readonly maxDefinition: number;
}

/** What hyparquet decodes without end in its input's size, or not at all. */
const NOT_READ: readonly unknown[] = ["VARIANT", "GEOMETRY", "GEOGRAPHY"];
/** Levels of the schema: a list of the table takes two. */
const DEPTH = 2 * IMPORT_LIMITS.depth;
/** Bytes of a number or a value of fixed length. */
const DECIMAL_BYTES = 32;
const FIXED_BYTES = 1 << 16;

/** @throws RangeError for a schema that is beyond the bounds, or has a column that is not read. */
export function readSchema(metadata: FileMetaData): { root: SchemaTree; leaves: Leaf[] } {
  if (metadata.schema.length > 4 * IMPORT_LIMITS.columns) {
    throw new RangeError(`it has more than ${IMPORT_LIMITS.columns} columns`);
  }
  const root = parquetSchema(metadata);
  const leaves = root.children.flatMap((child) => leavesOf([root, child]));
  return { root, leaves };
}

function leavesOf(path: SchemaTree[]): Leaf[] {
  const { element, children } = path.at(-1)!;
  if (path.length > DEPTH) throw new RangeError("its columns lie too deep in one another");
  if (NOT_READ.includes(element.logical_type?.type)) {
    throw new RangeError(`column "${element.name}" is a ${element.logical_type?.type}`);
  }
  if (children.length > 0) return children.flatMap((child) => leavesOf([...path, child]));
  if (!isSound(element)) throw new RangeError(`column "${element.name}" has an unknown type`);
  const maxRepetition = getMaxRepetitionLevel(path);
  return [{ path, element, maxRepetition, maxDefinition: getMaxDefinitionLevel(path) }];
}

function isSound(element: SchemaElement): boolean {
  const { type, type_length: length, converted_type, logical_type } = element;
  const isFixed = type === "FIXED_LEN_BYTE_ARRAY";
  if (isFixed && !(Number.isInteger(length) && length! > 0 && length! <= FIXED_BYTES)) return false;
  if (logical_type?.type === "UUID" && !(isFixed && length === 16)) return false;
  if (converted_type === "DECIMAL") {
    return type === "INT32" || type === "INT64" || (isFixed && length! <= DECIMAL_BYTES);
  }
  return type !== undefined;
}
