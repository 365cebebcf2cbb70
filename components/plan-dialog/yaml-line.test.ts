import { expect, test } from 'vitest'
import { lineOfPath, lineSpan } from './yaml-line'

const text = `apiVersion: parallax/v1
metadata: { name: departures, title: Departures }
spec:
  # what is read
  events: { type: flight.departed }
  window: { size: 10s }
  measures:
    flights: { count: true }
    miles:
      sum: data.distance
      type: int
  batch:
    every: 5m
`

test('a path is found on its line, inline parts on the line that holds them', () => {
  expect(lineOfPath(text, 'spec.measures.miles.type')).toBe(11)
  expect(lineOfPath(text, 'metadata.name')).toBe(2)
  expect(lineOfPath(text, 'spec.window.size')).toBe(6)
  expect(lineOfPath(text, 'spec.batch.every')).toBe(13)
})

test('what is missing is shown where it belongs; an unknown place is nowhere', () => {
  expect(lineOfPath(text, 'spec.measures.delay')).toBe(7)
  expect(lineOfPath(text, 'nothing')).toBeNull()
})

test('a key of another block with the same name is not taken for it', () => {
  expect(lineOfPath('a:\n  x: 1\nb:\n  size: 2\n', 'a.size')).toBe(1)
})

test('the span of a line selects it without its end', () => {
  const { start, end } = lineSpan(text, 8)
  expect(text.slice(start, end)).toBe('    flights: { count: true }')
})
