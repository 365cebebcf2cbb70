import type { Growth } from './growth'

const width = 720
const height = 360
const pad = { left: 64, right: 190, top: 28, bottom: 44 }
const inks = ['#2f6fde', '#c2410c', '#0f8a5f', '#8b5cf6', '#b45309', '#64748b']

/** The columns against the size, both on logarithmic scales; readable on light and on dark paper. */
export function plotOf({ name, by, columns, rows }: Growth): string {
  const drawn = Object.entries(columns)
  const sizes = rows.map((row) => row[by] ?? NaN)
  const values = drawn.flatMap(([column]) => rows.flatMap((row) => positive(row[column])))
  const x = scale(sizes, [pad.left, width - pad.right])
  const y = scale(values, [height - pad.bottom, pad.top])
  const ends = spread(drawn.map(([column]) => y(rows.flatMap((row) => positive(row[column])).at(-1) ?? NaN)))
  const lines = drawn.map(([column, title], i) => {
    const points = rows.flatMap((row) => positive(row[column]).map((value) => [x(row[by] ?? NaN), y(value)]))
    const ink = inks[i % inks.length] ?? ''
    return [
      `<polyline fill="none" stroke="${ink}" stroke-width="2" points="${points.map(([px, py]) => `${fixed(px)},${fixed(py)}`).join(' ')}"/>`,
      ...points.map(([px, py]) => `<circle cx="${fixed(px)}" cy="${fixed(py)}" r="3" fill="${ink}"/>`),
      `<text x="${width - pad.right + 12}" y="${fixed((ends[i] ?? 0) + 4)}" style="fill:${ink}">${escaped(title)}</text>`,
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(name)}">
<style>text { font: 12px system-ui, sans-serif; fill: #475569 } .grid { stroke: #94a3b8; stroke-opacity: .35 }
@media (prefers-color-scheme: dark) { text { fill: #cbd5e1 } }</style>
<text x="${pad.left}" y="16">${escaped(name)}, both axes logarithmic</text>
${ticks(values)
  .map(
    (tick) =>
      `<line class="grid" x1="${pad.left}" x2="${width - pad.right}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}"/><text x="${pad.left - 8}" y="${fixed(y(tick) + 4)}" text-anchor="end">${compact(tick)}</text>`,
  )
  .join('\n')}
${sizes.map((size) => `<text x="${fixed(x(size))}" y="${height - pad.bottom + 18}" text-anchor="middle">${compact(size)}</text>`).join('\n')}
<text x="${(pad.left + width - pad.right) / 2}" y="${height - 8}" text-anchor="middle">${escaped(by)}</text>
${lines.join('\n')}
</svg>
`
}

const positive = (value: number | undefined): number[] => (value !== undefined && value > 0 ? [value] : [])

/** From a logarithmic range to pixels; one value alone lies in the middle. */
function scale(values: readonly number[], [from, to]: [number, number]): (value: number) => number {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))]
  return (value) =>
    high === low ? (from + to) / 2 : from + ((Math.log10(value) - low) / (high - low)) * (to - from)
}

/** Powers of ten that the values span. */
function ticks(values: readonly number[]): number[] {
  const [low, high] = [
    Math.ceil(Math.log10(Math.min(...values))),
    Math.floor(Math.log10(Math.max(...values))),
  ]
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => 10 ** (low + i))
}

const lineHeight = 15

/** Moves labels that would lie on each other apart, downwards. */
function spread(at: readonly number[]): number[] {
  const placed = [...at]
  let last = -Infinity
  for (const i of at.map((_, index) => index).sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0))) {
    last = Math.max(at[i] ?? 0, last + lineHeight)
    placed[i] = last
  }
  return placed
}

const fixed = (n: number | undefined) => (n ?? NaN).toFixed(1)

const compact = (n: number) =>
  n >= 1e6 ? `${n / 1e6} M` : n >= 1e3 ? `${n / 1e3} k` : String(Number(n.toPrecision(3)))

const escaped = (text: string) => text.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`)
