/** Records as canonical JSON, and back, from a file that may be anyone's. */
import * as v from "valibot";
import { strFromU8, strToU8 } from "fflate";
import { canonicalJson } from "../../annotation/canonical-json";
import { InputError } from "../input-error";
import { messageOf } from "../../message-of";

const NUMBER = "$number";

/** Canonical JSON in UTF-8. What JSON has no number for (NaN, ±∞: a step that diverged) is written as {"$number": …}. */
export function writeRecord(record: unknown): Uint8Array {
  return strToU8(canonicalJson(spellOut(record)));
}

/**
 * Reads what `writeRecord` wrote and checks it against a schema. The value is returned as it was written: a schema's
 * defaults are not filled in, so that writing it again gives the same bytes.
 *
 * @param file  name for messages.
 * @throws InputError for no JSON, a key that every object inherits ("__proto__"), or a field that the schema refuses.
 */
export function readRecord<Record>(
  bytes: Uint8Array,
  schema: v.GenericSchema<unknown, Record>,
  file: string,
): Record {
  const json = parse(bytes, file);
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return json as Record;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const place = { file, layout: "list", ...(path !== null && { column: path }) } as const;
  throw new InputError(place, issue.message.replace(/\.$/, ""), AS_EXPORTED);
}

export const AS_EXPORTED = "Use the archive as it was exported.";

function parse(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(strFromU8(bytes), (key, value: unknown) => {
      if (key in Object.prototype) throw new SyntaxError(`“${key}” is no name of a field`);
      return isSpelled(value) ? Number(value[NUMBER]) : value;
    });
  } catch (error) {
    const why = messageOf(error); // too deep a nest is a RangeError
    throw new InputError({ file }, `it is no JSON: ${why}`, AS_EXPORTED);
  }
}

function isSpelled(value: unknown): value is { readonly [NUMBER]: string } {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, NUMBER)) return false;
  return ["NaN", "Infinity", "-Infinity"].includes(
    String((value as Record<string, unknown>)[NUMBER]),
  );
}

function spellOut(value: unknown): unknown {
  if (typeof value === "number")
    return Number.isFinite(value) ? value : { [NUMBER]: String(value) };
  if (Array.isArray(value)) return value.map(spellOut);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spellOut(inner)]));
}
