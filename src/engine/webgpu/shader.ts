/** A compute shader as the engine writes it: named buffers, uniforms by name, and the body of `main`. */

/** What a storage buffer holds, as WGSL names it. */
export type Element = "f32" | "i32" | "u32" | "vec2<f32>" | "vec4<f32>" | "vec4<u32>" | "vec4<i32>";

export interface Shader {
  /** Shown by GPU tools and in errors. */
  readonly name: string;
  /** Buffers only read, in the order of `dispatch`'s inputs. */
  readonly inputs: Readonly<Record<string, Element>>;
  /** Buffers written, in the order of `dispatch`'s outputs; they can be read as well. */
  readonly outputs: Readonly<Record<string, Element>>;
  /** Numbers that vary from call to call: `{ rows: "u32", scale: "f32" }` is `uniforms.rows` in the body. */
  readonly uniforms: Readonly<Record<string, "u32" | "f32">>;
  readonly workgroup: readonly [x: number, y: number, z: number];
  /** Constants, workgroup memory and functions, put before `main`. */
  readonly declarations?: string;
  /** May use `global`, `local` (vec3<u32>), `lane` (u32, index in the workgroup) and `group` (vec3<u32>). */
  readonly main: string;
}

/** What is made of a key, made once: a pipeline is found by its shader's identity. */
export function oncePerKey<K extends string | number, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

/** The adapter's guaranteed number of storage buffers a stage, which tfjs's device is created with. */
const MOST_BUFFERS = 8;

/**
 * The shader's whole text. Bindings are numbered inputs, outputs, uniforms.
 * @throws RangeError if it has more buffers than every device offers.
 */
export function shaderText(shader: Shader): string {
  const { inputs, outputs, uniforms, workgroup, declarations = "", main } = shader;
  const buffers = [
    ...Object.entries(inputs).map(([name, element]) => ({ name, element, access: "read" })),
    ...Object.entries(outputs).map(([name, element]) => ({ name, element, access: "read_write" })),
  ];
  if (buffers.length > MOST_BUFFERS) {
    throw new RangeError(
      `${shader.name} has ${buffers.length} buffers, a stage has ${MOST_BUFFERS}`,
    );
  }
  const bindings = buffers.map(
    ({ name, element, access }, i) =>
      `@group(0) @binding(${i}) var<storage, ${access}> ${name} : array<${element}>;`,
  );
  const fields = Object.entries(uniforms).map(([name, type]) => `${name} : ${type},`);
  if (fields.length > 0) {
    bindings.push(
      `struct Uniforms { ${fields.join(" ")} }`,
      `@group(0) @binding(${buffers.length}) var<uniform> uniforms : Uniforms;`,
    );
  }
  return `${bindings.join("\n")}
${declarations}
@compute @workgroup_size(${workgroup.join(", ")})
fn main(
  @builtin(global_invocation_id) global : vec3<u32>,
  @builtin(local_invocation_id) local : vec3<u32>,
  @builtin(local_invocation_index) lane : u32,
  @builtin(workgroup_id) group : vec3<u32>,
) {
${main}
}
`;
}

/** The uniforms' bytes: 4 each, in the order declared. @throws RangeError if one is missing. */
export function uniformBytes(
  { name, uniforms }: Shader,
  values: Readonly<Record<string, number>>,
): ArrayBuffer {
  const fields = Object.entries(uniforms);
  const bytes = new DataView(new ArrayBuffer(4 * fields.length));
  fields.forEach(([field, type], i) => {
    const value = values[field];
    if (value === undefined) throw new RangeError(`${name} needs the uniform ${field}`);
    if (type === "u32") bytes.setUint32(4 * i, value, true);
    else bytes.setFloat32(4 * i, value, true);
  });
  return bytes.buffer;
}
