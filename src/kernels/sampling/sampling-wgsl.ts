/**
 * The WGSL of the sampling kernel, in pieces: scores and their order as integers, sums over the workgroup, the search of
 * a threshold, and walking down to one token. Leaves out bindings and the host's side; see sampling.ts.
 */

/** Lanes of the one workgroup a row; 8 groups of 32. */
export const samplingLanes = 256;

const lanes = samplingLanes;

/** Thresholds of one pass of a search, and groups of lanes of one level of a walk. */
const cuts = 7;

export const workgroupWgsl = /* wgsl */ `
var<workgroup> partSums: array<f32, ${cuts * lanes}>;
var<workgroup> partLow: array<u32, ${lanes}>;
var<workgroup> partHigh: array<u32, ${lanes}>;
var<workgroup> partId: array<u32, ${lanes}>;
var<workgroup> sums: array<f32, 16>;
/** Lowest key or id, and the one after the highest. */
var<workgroup> range: vec2<u32>;
var<workgroup> goal: f32;
/** Mass before the range of a walk; mass above the key that a search found. */
var<workgroup> before: f32;
var<workgroup> chosen: u32;

/** What this workgroup samples from, the same in all lanes. */
var<private> row: u32;
var<private> logitsAt: u32;
var<private> seenAt: u32;
/** Key of the highest score, and the score. */
var<private> topKey: u32;
var<private> topScore: f32;
/** Kept are the keys above cutKey, and of those that equal it the ids up to cutId. */
var<private> cutKey: u32;
var<private> cutId: u32;
`;

/**
 * A score is the logit after penalty and temperature; its key orders as the score does, as an unsigned integer.
 * NaN is seen in the bits, since a compiler may assume that there is none.
 */
export const scoreWgsl = /* wgsl */ `
const minusInfinityKey = 0x007fffffu;
const infinityKey = 0xff800000u;

fn isSeen(id: u32) -> bool { return ((seen[seenAt + (id >> 5u)] >> (id & 31u)) & 1u) == 1u; }

fn isNan(id: u32) -> bool { return (logits[logitsAt + id] & 0x7fffffffu) > 0x7f800000u; }

fn scoreOf(id: u32) -> f32 {
  var score = bitcast<f32>(logits[logitsAt + id]);
  if (params.penalty != 1.0) {
    if (isSeen(id)) { score = select(score / params.penalty, score * params.penalty, score < 0.0); }
  }
  return score / params.temperature;
}

/** 0 and -0 are one key. */
fn keyOf(score: f32) -> u32 {
  let bits = bitcast<u32>(select(score, 0.0, score == 0.0));
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

fn scoreOfKey(key: u32) -> f32 { return bitcast<f32>(select(~key, key ^ 0x80000000u, key >= 0x80000000u)); }

/** exp(score - best), or 1 where tokens are counted. */
fn massOf(score: f32, counts: bool) -> f32 { return select(exp(score - topScore), 1.0, counts); }
`;

/** Highest key with its lowest id, lowest key of a token that takes part; topKey 0 when a logit is not a number. */
export const extremesWgsl = /* wgsl */ `
fn findExtremes(lane: u32) {
  var high = 0u;
  var low = 0xffffffffu;
  var id = 0u;
  var bad = false;
  for (var i = lane; i < params.vocab; i += ${lanes}u) {
    let key = keyOf(scoreOf(i));
    bad = bad || isNan(i);
    if (key > high) { high = key; id = i; }
    low = select(low, min(low, key), key > minusInfinityKey);
  }
  partHigh[lane] = high;
  partLow[lane] = low;
  partId[lane] = select(id, 0xffffffffu, bad);
  workgroupBarrier();
  for (var step = 1u; step < ${lanes}u; step *= params.fold) {
    if (lane < ${lanes / 16}u / step) { joinExtremes(lane * step * 16u, step); }
    workgroupBarrier();
  }
  if (lane == 0u) {
    range = vec2<u32>(partLow[0], partHigh[0]);
    chosen = partId[0];
  }
}
/** Joins 16 entries into the first of them. */
fn joinExtremes(first: u32, step: u32) {
  for (var i = 1u; i < params.fold; i++) {
    let other = first + i * step;
    let bad = partId[first] == 0xffffffffu || partId[other] == 0xffffffffu;
    let better = partHigh[other] > partHigh[first] || (partHigh[other] == partHigh[first] && partId[other] < partId[first]);
    if (better) { partHigh[first] = partHigh[other]; partId[first] = partId[other]; }
    if (bad) { partId[first] = 0xffffffffu; }
    partLow[first] = min(partLow[first], partLow[other]);
  }
}
`;

/**
 * searchKey: the highest key for which the tokens at or above it have `amount` of mass (a count, or a share of the mass
 * at or above \`lowest\`). Each pass measures 7 thresholds between the bounds, in a fixed order of additions, and draws
 * the bounds in to the keys that occur. The first pass has thresholds at distances where probabilities usually fall.
 * Leaves the mass wanted in `goal` and the mass above the key in `before`, for lane 0.
 */
export const searchWgsl = /* wgsl */ `
const distances = array<f32, 6>(12.0, 7.5, 4.5, 2.5, 1.25, 0.4);

fn threshold(j: u32, low: u32, high: u32, first: bool) -> u32 {
  if (!first) { return low + j * max(1u, (high - low) / 8u); }
  if (j == 1u) { return low; }
  return max(low, keyOf(topScore - distances[j - 2u]));
}

fn searchKey(lane: u32, lowest: u32, amount: f32, counts: bool) -> u32 {
  var low = lowest;
  var high = topKey + 1u;
  var first = true;
  if (lane == 0u) {
    goal = amount;
    before = 0.0;
  }
  loop {
    ${repeat((j) => `let t${j} = threshold(${j}u, low, high, first);`)}
    ${repeat((j) => `var mass${j} = 0.0;`)}
    var lowIn = 0xffffffffu;
    var highIn = 0u;
    for (var i = lane; i < params.vocab; i += ${lanes}u) {
      let score = scoreOf(i);
      let key = keyOf(score);
      if (key >= low) {
        let mass = massOf(score, counts);
        ${repeat((j) => `mass${j} += select(0.0, mass, key >= t${j});`)}
        if (key < high) { lowIn = min(lowIn, key); highIn = max(highIn, key); }
      }
    }
    ${repeat((j) => `partSums[${(j - 1) * lanes}u + lane] = mass${j};`)}
    partLow[lane] = lowIn;
    partHigh[lane] = highIn;
    workgroupBarrier();
    for (var step = 1u; step < ${lanes}u; step *= params.fold) {
      let entries = ${lanes / 16}u / step;
      if (lane < ${cuts}u * entries) { joinSums(lane * step * 16u, step); }
      if (lane >= ${cuts}u * entries && lane < ${cuts + 1}u * entries) { joinBounds((lane - ${cuts}u * entries) * step * 16u, step); }
      workgroupBarrier();
    }
    if (lane == 0u) {
      // A share is of the whole mass, which the first threshold of the first pass has measured.
      if (first && !counts) { goal = max(amount * partSums[0], 1e-30); }
      var newLow = low;
      var newHigh = high;
      ${repeat(
        (j) => `if (t${j} < newHigh) {
        if (partSums[${(j - 1) * lanes}u] >= goal) { newLow = max(newLow, t${j}); } else { newHigh = t${j}; before = partSums[${(j - 1) * lanes}u]; }
      }`,
      )}
      range = vec2<u32>(max(newLow, partLow[0]), min(newHigh, partHigh[0] + 1u));
    }
    let bounds = workgroupUniformLoad(&range);
    low = bounds.x;
    high = bounds.y;
    first = false;
    if (high <= low + 1u) { break; }
  }
  return low;
}
fn joinSums(first: u32, step: u32) {
  var sum = partSums[first];
  for (var i = 1u; i < params.fold; i++) { sum += partSums[first + i * step]; }
  partSums[first] = sum;
}
fn joinBounds(first: u32, step: u32) {
  for (var i = 1u; i < params.fold; i++) {
    partLow[first] = min(partLow[first], partLow[first + i * step]);
    partHigh[first] = max(partHigh[first], partHigh[first + i * step]);
  }
}
`;

/** The lines of all thresholds. */
function repeat(line: (j: number) => string): string {
  return Array.from({ length: cuts }, (_, j) => line(j + 1)).join('\n    ');
}

/**
 * walkTo: the first id at which the running mass in id order exceeds a goal: `amount` of the whole mass of kept tokens,
 * or, where ties are counted, that many tokens whose key is cutKey. Each level splits the ids into 8 ranges, one for each
 * group of 32 lanes, and goes on in the range that crosses; the last 32 ids are walked by one lane. A goal that rounding
 * puts beyond the end gives the last token with any mass.
 */
export const walkWgsl = /* wgsl */ `
fn walkMass(id: u32, ties: bool) -> f32 {
  let score = scoreOf(id);
  let key = keyOf(score);
  if (ties) { return select(0.0, 1.0, key == cutKey); }
  return select(0.0, exp(score - topScore), key > cutKey || (key == cutKey && id <= cutId));
}

fn walkTo(lane: u32, amount: f32, ties: bool) -> u32 {
  var low = 0u;
  var high = params.vocab;
  var first = true;
  loop {
    let width = (high - low + 7u) / 8u;
    let begin = low + lane / 32u * width;
    let end = min(begin + width, high);
    var sum = 0.0;
    for (var i = begin + lane % 32u; i < end; i += 32u) { sum += walkMass(i, ties); }
    partSums[lane] = sum;
    workgroupBarrier();
    if (lane < 8u) {
      var mass = 0.0;
      for (var i = 0u; i < 2u * params.fold; i++) { mass += partSums[lane * 32u + i]; }
      sums[lane] = mass;
    }
    workgroupBarrier();
    if (lane == 0u) {
      if (first) {
        var total = 0.0;
        for (var g = 0u; g < params.fold / 2u; g++) { total += sums[g]; }
        goal = select(amount * total, amount, ties);
        before = 0.0;
      }
      var running = before;
      var crossing = 0u;
      for (var g = 0u; g < params.fold / 2u; g++) {
        if (sums[g] > 0.0) {
          crossing = g;
          before = running;
          running += sums[g];
          if (running > goal) { break; }
        }
      }
      range = vec2<u32>(low + crossing * width, min(low + (crossing + 1u) * width, high));
    }
    let bounds = workgroupUniformLoad(&range);
    low = bounds.x;
    high = bounds.y;
    first = false;
    if (high - low <= 32u) { break; }
  }
  if (lane == 0u) {
    var running = before;
    for (var i = low; i < high; i++) {
      let mass = walkMass(i, ties);
      if (mass > 0.0) {
        chosen = i;
        running += mass;
        if (running > goal) { break; }
      }
    }
  }
  return workgroupUniformLoad(&chosen);
}
`;
