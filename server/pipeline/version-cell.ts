import type { CellShape } from './cell'
import { floatSumText } from './measure/float-sum'
import { HyperLogLog } from './measure/hyperloglog'
import type { Slot } from './measure/layout'
import { slotsAreFinal, WIDE_UNIT } from './measure/measure-sql'
import { plainText, roundFloat, scaledText } from './measure/number-text'
import { encodeSketches } from './measure/sketches'

/** Final slots as a Postgres array literal, and the sketches in hex, without the prefix of a bytea. */
export interface VersionCell {
  accText: string
  sketchHex: string | null
}

function doubleOfSql(text: string): number {
  if (text === 'inf') return Infinity
  return text === '-inf' ? -Infinity : Number(text)
}

/** The three parts of a decimal sum: of quick values, and of wide ones in two units. */
function decimalSum(parts: string): bigint {
  const [quick = '0', high = '0', low = '0'] = parts.split(';')
  return BigInt(quick) + BigInt(high) * WIDE_UNIT + BigInt(low)
}

function floatSum(parts: string): string {
  const [fine = '0', coarse = '0', rest = '0'] = parts.split(';')
  return floatSumText({ fine: BigInt(fine), coarse: BigInt(coarse), spilled: 0n, rest: doubleOfSql(rest) })
}

function finalSlot(slot: Slot, text: string): string {
  if (text === 'NULL') return text
  switch (slot.kind) {
    case 'decimal':
      return scaledText(decimalSum(text), slot.scale)
    case 'minDecimal':
    case 'maxDecimal':
      return scaledText(BigInt(text), slot.scale)
    case 'float':
      return plainText(roundFloat(Number(floatSum(text))))
    case 'minFloat':
    case 'maxFloat':
    case 'quantile':
      return plainText(roundFloat(doubleOfSql(text)))
    default:
      return text
  }
}

function denseHex(numbers: string): string {
  const bytes = encodeSketches([HyperLogLog.ofRegisters(numbers.split(',').map(Number))])
  return Buffer.from(bytes ?? []).toString('hex')
}

function finalSketch(text: string): string {
  if (!text.startsWith('!')) return text
  return text
    .slice(1)
    .split(' ')
    .map((part) => (part.startsWith('#') ? denseHex(part.slice(1)) : part))
    .join('')
}

/** How to make rows of `recomputeSql` final; cheap, and nothing at all where the statement gave final text. */
export function versionCellReader({
  layout,
}: CellShape): (accText: string, sketchHex: string | null) => VersionCell {
  const isFinal = slotsAreFinal(layout)
  const finalAcc = (text: string) =>
    `{${text
      .slice(1, -1)
      .split(',')
      .map((slot, i) => finalSlot(layout.slots[i] as Slot, slot))
      .join(',')}}`
  return (accText, sketchHex) => ({
    accText: isFinal ? accText : finalAcc(accText),
    sketchHex: sketchHex === null ? null : finalSketch(sketchHex),
  })
}
