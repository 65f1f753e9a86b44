/**
 * The sampling shader: repetition penalty → temperature → top-k → top-p → inverse CDF in the order of the tokens.
 * Probability masses are integers, exp((s − max)/T)·2³¹ summed in 64 bits, so that sums do not depend on their order and a
 * draw repeats; thresholds are found by radix selection on the bits of the scores, which keep their order.
 */
import type { Shader } from "../../webgpu/shader";

/** One workgroup a row. */
export const LANES = 256;

export function sampleShader(penalised: boolean): Shader {
  return {
    name: penalised ? "decodeSamplePenalised" : "decodeSample",
    inputs: { logits: "f32", draws: "u32" },
    outputs: { live: "vec4<i32>", tokens: "i32", ...(penalised ? { seen: "u32" } : {}) },
    uniforms: {
      vocabulary: "u32",
      steps: "u32",
      block: "u32",
      greedy: "u32",
      temperature: "f32",
      top_k: "u32",
      dropped: "u32",
      ...(penalised ? { penalty: "f32" } : {}),
    },
    workgroup: [LANES, 1, 1],
    declarations: `${score(penalised)}${DECLARATIONS}`,
    main: `${MAIN}
  ${penalised ? "if (lane == 0u && token >= 0) { seen[row * words() + u32(token) / 32u] |= 1u << (u32(token) % 32u); }" : ""}`,
  };
}

function score(penalised: boolean): string {
  const raw = "logits[slot * uniforms.vocabulary + i]";
  if (!penalised) return `fn score(slot : u32, row : u32, i : u32) -> f32 { return ${raw}; }`;
  return `
fn words() -> u32 { return (uniforms.vocabulary + 31u) / 32u; }
fn score(slot : u32, row : u32, i : u32) -> f32 {
  let s = ${raw};
  if (((seen[row * words() + i / 32u] >> (i % 32u)) & 1u) == 0u) { return s; }
  return select(s / uniforms.penalty, s * uniforms.penalty, s < 0.0);
}`;
}

const DECLARATIONS = `
struct Wide { high : u32, low : u32 } // high·2³² + low
fn plus(a : Wide, b : Wide) -> Wide {
  let low = a.low + b.low;
  return Wide(a.high + b.high + select(0u, 1u, low < a.low), low);
}
fn minus(a : Wide, b : Wide) -> Wide {
  return Wide(a.high - b.high - select(0u, 1u, a.low < b.low), a.low - b.low);
}
fn above(a : Wide, b : Wide) -> bool {
  return a.high > b.high || (a.high == b.high && a.low > b.low);
}
fn product(a : u32, b : u32) -> Wide {
  let lows = (a & 0xffffu) * (b & 0xffffu);
  let left = (a >> 16u) * (b & 0xffffu);
  let right = (a & 0xffffu) * (b >> 16u);
  let middle = (lows >> 16u) + (left & 0xffffu) + (right & 0xffffu);
  let high = (a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u) + (middle >> 16u);
  return Wide(high, (middle << 16u) | (lows & 0xffffu));
}
// ⌊a·fraction/2³²⌋
fn part(a : Wide, fraction : u32) -> Wide {
  return plus(product(a.high, fraction), Wide(0u, product(a.low, fraction).high));
}

// keys of unsigned integers have the order of their scores; −0 is 0
fn key_of(s : f32) -> u32 {
  let bits = bitcast<u32>(select(s, 0.0, s == 0.0));
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}
fn score_of(key : u32) -> f32 {
  return bitcast<f32>(select(~key, key & 0x7fffffffu, (key >> 31u) == 1u));
}
fn mass_of(s : f32, highest : f32) -> u32 {
  return u32(round(min(1.0, exp((s - highest) / uniforms.temperature)) * 2147483648.0));
}

var<workgroup> not_finite : atomic<u32>;
var<workgroup> top_key : atomic<u32>;
var<workgroup> top_token : atomic<u32>;
// a bin of a digit, or a block of tokens
var<workgroup> lows : array<atomic<u32>, ${LANES}>;
var<workgroup> highs : array<atomic<u32>, ${LANES}>;
var<workgroup> floor_key : u32; // smaller keys are dropped
var<workgroup> cut : u32; // and those that equal it, from this token on
var<workgroup> remaining : u32;
var<workgroup> threshold : u32;
var<workgroup> chosen_block : u32;

fn bin(i : u32) -> Wide { return Wide(atomicLoad(&highs[i]), atomicLoad(&lows[i])); }
fn sum_of_bins() -> Wide {
  var sum = Wide();
  for (var i = 0u; i < ${LANES}u; i++) { sum = plus(sum, bin(i)); }
  return sum;
}
// whether a key is of the bins that the digits found so far select
fn follows(key : u32, prefix : u32, digit : u32) -> bool {
  return digit == 0u || (key >> (32u - 8u * digit)) == (prefix >> (32u - 8u * digit));
}
fn kept_mass(slot : u32, row : u32, i : u32, highest : f32) -> u32 {
  let s = score(slot, row, i);
  let key = key_of(s);
  if (key < floor_key || (key == floor_key && i >= cut)) { return 0u; }
  return mass_of(s, highest);
}

// floor_key becomes the top_k-th largest key
fn keep_top_k(lane : u32, slot : u32, row : u32) {
  if (lane == 0u) { remaining = uniforms.top_k; }
  for (var digit = 0u; digit < 4u; digit++) {
    let shift = 24u - 8u * digit;
    atomicStore(&lows[lane], 0u);
    workgroupBarrier();
    let prefix = floor_key;
    for (var i = lane; i < uniforms.vocabulary; i += ${LANES}u) {
      let key = key_of(score(slot, row, i));
      if (follows(key, prefix, digit)) { atomicAdd(&lows[(key >> shift) & 255u], 1u); }
    }
    workgroupBarrier();
    if (lane == 0u) {
      var left = remaining;
      var i = 255u;
      while (i > 0u && atomicLoad(&lows[i]) < left) {
        left -= atomicLoad(&lows[i]);
        i--;
      }
      remaining = left;
      floor_key = prefix | (i << shift);
    }
    workgroupBarrier();
  }
}

// floor_key and cut drop the least likely whose masses together stay within the share to drop
fn keep_top_p(lane : u32, slot : u32, row : u32, highest : f32) {
  let least = floor_key;
  var below = Wide(); // of lane 0: the mass under the threshold, and what may be dropped
  var limit = Wide();
  for (var digit = 0u; digit < 4u; digit++) {
    let shift = 24u - 8u * digit;
    atomicStore(&lows[lane], 0u);
    atomicStore(&highs[lane], 0u);
    workgroupBarrier();
    let prefix = threshold;
    for (var i = lane; i < uniforms.vocabulary; i += ${LANES}u) {
      let s = score(slot, row, i);
      let key = key_of(s);
      if (key >= least && follows(key, prefix, digit)) {
        let mass = mass_of(s, highest);
        let before = atomicAdd(&lows[(key >> shift) & 255u], mass);
        if (before + mass < before) { atomicAdd(&highs[(key >> shift) & 255u], 1u); }
      }
    }
    workgroupBarrier();
    if (lane == 0u) {
      if (digit == 0u) { limit = part(sum_of_bins(), uniforms.dropped); }
      var i = 0u;
      while (i < 255u && !above(plus(below, bin(i)), limit)) {
        below = plus(below, bin(i));
        i++;
      }
      threshold = prefix | (i << shift);
    }
    workgroupBarrier();
  }
  if (lane == 0u) {
    floor_key = threshold;
    let mass = Wide(0u, mass_of(score_of(threshold), highest));
    var token = uniforms.vocabulary;
    while (!above(plus(below, mass), limit)) { // of equals the last token goes first
      below = plus(below, mass);
      token--;
      while (key_of(score(slot, row, token)) != threshold) { token--; }
      cut = token;
    }
  }
  workgroupBarrier();
}

// the token at the draw's share of the kept mass; the answer in lane 0
fn draw(lane : u32, slot : u32, row : u32, highest : f32) -> i32 {
  let first = lane * uniforms.block;
  var mass = Wide();
  for (var i = first; i < min(first + uniforms.block, uniforms.vocabulary); i++) {
    mass = plus(mass, Wide(0u, kept_mass(slot, row, i, highest)));
  }
  atomicStore(&lows[lane], mass.low);
  atomicStore(&highs[lane], mass.high);
  workgroupBarrier();
  var rest = Wide();
  if (lane == 0u) {
    rest = part(sum_of_bins(), draws[row * uniforms.steps + u32(live[slot].w)]);
    var i = 0u;
    while (i < ${LANES - 1}u && !above(bin(i), rest)) {
      rest = minus(rest, bin(i));
      i++;
    }
    chosen_block = i;
  }
  workgroupBarrier();
  let start = chosen_block * uniforms.block;
  let end = min(start + uniforms.block, uniforms.vocabulary);
  var token = -1;
  for (var offset = 0u; offset < uniforms.block; offset += ${LANES}u) {
    let i = start + offset + lane;
    var own = 0u;
    if (i < end) { own = kept_mass(slot, row, i, highest); }
    atomicStore(&lows[lane], own);
    workgroupBarrier();
    if (lane == 0u && token < 0) {
      for (var k = 0u; k < ${LANES}u; k++) {
        let step = Wide(0u, atomicLoad(&lows[k]));
        if (above(step, rest)) {
          token = i32(start + offset + k);
          break;
        }
        rest = minus(rest, step);
      }
    }
    workgroupBarrier();
  }
  return token;
}`;

const MAIN = `
  let slot = group.x;
  let row = u32(live[slot].x);
  if (lane == 0u) {
    atomicStore(&top_token, 0xffffffffu);
    cut = 0xffffffffu;
  }
  var best_key = 0u;
  var best_token = 0u;
  for (var i = lane; i < uniforms.vocabulary; i += ${LANES}u) {
    let exponent = bitcast<u32>(logits[slot * uniforms.vocabulary + i]) & 0x7f800000u;
    if (exponent == 0x7f800000u) { atomicStore(&not_finite, 1u); }
    let key = key_of(score(slot, row, i));
    if (key > best_key) {
      best_key = key;
      best_token = i;
    }
  }
  atomicMax(&top_key, best_key);
  workgroupBarrier();
  if (best_key == atomicLoad(&top_key)) { atomicMin(&top_token, best_token); }
  workgroupBarrier();
  var token = i32(atomicLoad(&top_token));
  if (uniforms.greedy == 0u) {
    let highest = score_of(atomicLoad(&top_key));
    if (uniforms.top_k > 0u) { keep_top_k(lane, slot, row); }
    if (uniforms.dropped > 0u) { keep_top_p(lane, slot, row, highest); }
    token = draw(lane, slot, row, highest);
  }
  if (atomicLoad(&not_finite) == 1u) { token = -1; }
  if (lane == 0u) {
    let drawn = u32(live[slot].w);
    tokens[row * uniforms.steps + drawn] = token;
    live[slot].w = i32(drawn + 1u);
  }`;
