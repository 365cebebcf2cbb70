import { INDEX_BIAS, MAX_BUCKETS } from './bucket-store'
import { MARK, TOP_BIT } from './bytes'
import { bucketIndexSql } from './ddsketch'
import { distinctEntrySql } from './distinct-hash'
import { SPARSE_ENTRIES } from './hyperloglog'

/**
 * Sketches are built by list functions over each cell's sorted values. Measured on 10 M rows, a second GROUP BY by
 * (window, key, value) takes three times as long, DuckDB's histogram eight times.
 *
 * Every function here gives one stage of columns over the columns of the stage before.
 */
export type Stages = string[][]

/** Bits of a coded value below its sketch entry: they number the distinct values, so that codes are exact. */
const CODE_BITS = 32

/**
 * Relation (v, x) of the distinct texts of a query and their codes: sketch entry first, so that codes in order have
 * their entries in order. md5 takes half a microsecond: it is asked once a value, not once a row.
 */
export function dictionarySql(distinctValues: string): string {
  return (
    `SELECT v, (${distinctEntrySql('h')}::BIGINT << ${CODE_BITS}) | row_number() OVER () AS x ` +
    `FROM (SELECT v, md5_number_lower(v)::UBIGINT AS h FROM (${distinctValues}))`
  )
}

/** Hex of an integer that fills its bytes: the encodings set their top bit, since lpad takes longer than all else. */
function hex(value: string): string {
  return `hex(${value})`
}

/** Hex of `head`, an integer with its top bit set, and of `value` below 2^35 as LEB128; mostly as one number. */
function withVarint(head: string, value: string): string {
  const groups = (bytes: number) =>
    Array.from({ length: bytes }, (_, at) => {
      const group = `(${value} >> ${7 * at})`
      return `((${at === bytes - 1 ? group : `(128 | (${group} & 127))`}) << ${8 * (bytes - 1 - at)})`
    }).join(' | ')
  const cases = [1, 2, 3, 4].map(
    (bytes) =>
      `WHEN ${value} < ${2 ** (7 * bytes)} THEN ${hex(`((${head} << ${8 * bytes}) | ${groups(bytes)})`)}`,
  )
  return `CASE ${cases.join(' ')} ELSE ${hex(head)} || ${hex(`(${groups(5)})`)} END`
}

function withLength(text: string): string {
  return `${hex(`${TOP_BIT} + length(${text}) // 2`)} || ${text}`
}

/** Elements of a sorted list whose `part` differs from that of the one before. */
function changes(sorted: string, part: (x: string) => string): string {
  const before = `${sorted}[greatest(i - 1, 1)]`
  return `list_filter(${sorted}, lambda x, i: i = 1 OR ${part(before)} <> ${part('x')})`
}

/**
 * From the sorted codes `xs`: `count` of distinct values and the sketch `text`, which past the sparse limit is `#`
 * and the numbers register·64 + rank that `versionCellReader` makes dense.
 */
export function distinctStages(xs: string, name: string): { stages: Stages; count: string; text: string } {
  const [unique, entries, text] = [`${name}_u`, `${name}_e`, `${name}_t`]
  const between = `((x >> 6) & 8191)`
  const rank = `CASE WHEN ${between} <> 0 THEN 13 - floor(log2(${between}::DOUBLE))::BIGINT ELSE 13 + (x & 63) END`
  const registers = `list_distinct(list_transform(${entries}, lambda x: (x >> 19) * 64 + ${rank}))`
  const sparse = `'00' || array_to_string(list_transform(${entries}, lambda x: ${hex(`${TOP_BIT} + x`)}), '')`
  const entriesOf = changes(unique, (x) => `(${x} >> ${CODE_BITS})`)
  return {
    stages: [
      [`coalesce(${changes(xs, (x) => x)}, []) AS ${unique}`],
      [`list_transform(${entriesOf}, lambda x: x >> ${CODE_BITS}) AS ${entries}`],
      [
        `CASE WHEN len(${entries}) <= ${SPARSE_ENTRIES} THEN ${sparse} ` +
          `ELSE '#' || array_to_string(${registers}, ',') END AS ${text}`,
      ],
      [
        `CASE WHEN ${text}[1] = '#' THEN ${text} ELSE ${withLength(text)} END AS ${name}_hex, ` +
          `len(${unique}) AS ${name}_count`,
      ],
    ],
    count: `${name}_count`,
    text: `${name}_hex`,
  }
}

/** Low bits of a packed bucket: its count; above them its biased index. */
const COUNT_BITS = 35

/** Runs of equal indexes in the sorted list `b`, which start at the positions `s`, as packed buckets. */
function packedBuckets(b: string, s: string): string {
  const count = `(coalesce(${s}[j + 1], len(${b}) + 1) - x)`
  return `list_transform(${s}, lambda x, j: ((${b}[x] + ${INDEX_BIAS})::BIGINT << ${COUNT_BITS}) | ${count})`
}

function storeHex(packed: string): string {
  const entry = withVarint(`(x >> ${COUNT_BITS})`, `(x & ${2 ** COUNT_BITS - 1})`)
  const entries = `coalesce(array_to_string(list_transform(${packed}, lambda x: ${entry}), ''), '')`
  return `${withVarint(`${MARK}::BIGINT`, `len(${packed})`)} || ${entries}`
}

function runStarts(b: string): string {
  return `list_filter(range(1, len(${b}) + 1), lambda x: x = 1 OR ${b}[greatest(x - 1, 1)] <> ${b}[x])`
}

function clamped(b: string): string {
  const lowest = `${b}[-1] - ${MAX_BUCKETS - 1}`
  return `CASE WHEN ${b}[1] < ${lowest} THEN list_transform(${b}, lambda x: greatest(x, ${lowest})) ELSE ${b} END`
}

/** From the sorted values `qs`, none null: the sketch's hex `text`. */
export function quantileStages(qs: string, name: string): { stages: Stages; text: string } {
  const indexes = (values: string, magnitude: string) =>
    `list_transform(${values}, lambda x: ${bucketIndexSql(magnitude)})`
  const positive = indexes(`list_filter(${qs}, lambda x: x > 0)`, 'x')
  const negative = `list_reverse(${indexes(`list_filter(${qs}, lambda x: x < 0)`, '-x')})`
  const [p, g] = [`${name}_p`, `${name}_g`]
  const zeros = `(coalesce(len(${qs}), 0) - len(${p}) - len(${g}))`
  return {
    stages: [
      [`coalesce(${positive}, []) AS ${p}0, coalesce(${negative}, []) AS ${g}0`],
      [`${clamped(`${p}0`)} AS ${p}, ${clamped(`${g}0`)} AS ${g}`],
      [`${runStarts(p)} AS ${p}s, ${runStarts(g)} AS ${g}s`],
      [`${packedBuckets(p, `${p}s`)} AS ${p}c, ${packedBuckets(g, `${g}s`)} AS ${g}c, ${zeros} AS ${name}_z`],
      [
        `${withVarint(`${MARK}::BIGINT`, `${name}_z`)} || ${storeHex(`${g}c`)} || ${storeHex(`${p}c`)} AS ${name}_b`,
      ],
      [`${withLength(`${name}_b`)} AS ${name}_hex`],
    ],
    text: `${name}_hex`,
  }
}
