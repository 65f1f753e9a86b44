/** Records as canonical JSON, and back, from a file that may be anyone's. */
import * as v from "valibot";
import { strFromU8, strToU8 } from "fflate";
import { canonicalJson } from "../../annotation/canonical-json";
import { InputError } from "../input-error";
import { messageOf } from "../../message-of";
import { readSpelled, spellNumbers } from "../spelled-numbers";

/** Canonical JSON in UTF-8. What JSON has no number for (NaN, ±∞: a step that diverged) is written as {"$number": …}. */
export function writeRecord(record: unknown): Uint8Array {
  return strToU8(canonicalJson(spellNumbers(record)));
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
      return readSpelled(value);
    });
  } catch (error) {
    const why = messageOf(error); // too deep a nest is a RangeError
    throw new InputError({ file }, `it is no JSON: ${why}`, AS_EXPORTED);
  }
}
