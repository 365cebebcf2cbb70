import { ByteReader, ByteWriter, TOP_BIT } from './bytes'
import { DDSketch } from './ddsketch'
import { HyperLogLog } from './hyperloglog'
import type { SketchSlot } from './layout'

export type Sketch = HyperLogLog | DDSketch

function emptySketch(kind: SketchSlot['kind']): Sketch {
  return kind === 'distinct' ? new HyperLogLog() : new DDSketch()
}

/** Every sketch of a cell in layout order, each after its length (uint32, big-endian). */
export function encodeSketches(sketches: Sketch[]): Uint8Array | null {
  if (sketches.length === 0) return null
  const writer = new ByteWriter()
  for (const sketch of sketches) {
    const opened = writer.open()
    sketch.write(writer)
    writer.close(opened)
  }
  return writer.finish()
}

/** A cell without bytes has sketches of nothing. */
export function decodeSketches(slots: SketchSlot[], bytes: Uint8Array | null): Sketch[] {
  if (bytes === null) return slots.map((slot) => emptySketch(slot.kind))
  const reader = new ByteReader(bytes)
  return slots.map((slot) => {
    const part = new ByteReader(reader.take(reader.uint32() - TOP_BIT))
    return slot.kind === 'distinct' ? HyperLogLog.read(part) : DDSketch.read(part)
  })
}
