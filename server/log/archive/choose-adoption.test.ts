import { expect, test } from 'vitest'
import { chooseAdoption, segmentName, type FoundSegment, type ListedSegment } from './choose-adoption'

const at = (type: string, seqFrom: number, seqTo: number) => ({
  file: `${type}/${seqFrom}-${seqTo}-1.parquet`,
  type,
  seqFrom,
  seqTo,
})
let id = 0
const listed = (type: string, seqFrom: number, seqTo: number, isPresent = true): ListedSegment => ({
  ...at(type, seqFrom, seqTo),
  id: ++id,
  rows: seqTo - seqFrom + 1,
  isPresent,
})
const found = (type: string, seqFrom: number, seqTo: number): FoundSegment => ({
  ...at(type, seqFrom, seqTo),
  rows: seqTo - seqFrom + 1,
})
const spans = (segments: readonly { type: string; seqFrom: number; seqTo: number }[]) =>
  segments.map(({ type, seqFrom, seqTo }) => `${type} ${seqFrom}-${seqTo}`).sort()
const wholeLog = { firstSeq: 1, lastSeq: 10_000 }

test('a file’s name says its type and its messages; other files are none', () => {
  expect(segmentName('shop.sale/12-40-3-merged.parquet')).toMatchObject({
    type: 'shop.sale',
    seqFrom: 12,
    seqTo: 40,
  })
  expect(segmentName('shop.sale/12-40-3.parquet.tmp')).toBeNull()
  expect(segmentName('notes.txt')).toBeNull()
})

test('what the log can make again is left to it', () => {
  const { adopt, position } = chooseAdoption({
    listed: [listed('a', 1, 100)],
    found: [found('a', 101, 200)],
    position: 100,
    log: wholeLog,
  })
  expect({ adopt, position }).toEqual({ adopt: [], position: 100 })
})

test('[law 1] files of messages that the log no longer has are taken, and the archive goes on behind them', () => {
  const trimmed = chooseAdoption({
    listed: [listed('a', 1, 100)],
    found: [found('a', 101, 200), found('b', 101, 200), found('a', 201, 300), found('a', 301, 400)],
    position: 100,
    log: { firstSeq: 250, lastSeq: 400 },
  })
  expect(spans(trimmed.adopt)).toEqual(['a 101-200', 'a 201-300', 'b 101-200'])
  expect(trimmed.position).toBe(300)
  const rolledBack = chooseAdoption({
    listed: [listed('a', 1, 100)],
    found: [found('a', 101, 200)],
    position: 100,
    log: { firstSeq: 1, lastSeq: 120 },
  })
  expect(spans(rolledBack.adopt)).toEqual(['a 101-200'])
})

test('a file that spans the new position is taken too: nobody makes its first half again', () => {
  const { adopt, position } = chooseAdoption({
    listed: [],
    found: [found('a', 101, 200), found('b', 150, 260)],
    position: 100,
    log: { firstSeq: 150, lastSeq: 400 },
  })
  expect(spans(adopt)).toEqual(['a 101-200', 'b 150-260'])
  expect(position).toBe(260)
})

test('a merge that took the place of listed files is taken in their place', () => {
  const { adopt, drop, missing } = chooseAdoption({
    listed: [listed('a', 1, 50, false), listed('a', 51, 100, false), listed('b', 1, 100)],
    found: [found('a', 1, 100)],
    position: 100,
    log: wholeLog,
  })
  expect(spans(adopt)).toEqual(['a 1-100'])
  expect(spans(drop)).toEqual(['a 1-50', 'a 51-100'])
  expect(missing).toEqual([])
})

test('the pieces a listed merge was made of stand for it, all together or not at all', () => {
  const merged = listed('a', 1, 100, false)
  const whole = chooseAdoption({
    listed: [merged],
    found: [found('a', 1, 50), found('a', 51, 100)],
    position: 100,
    log: wholeLog,
  })
  expect(spans(whole.adopt)).toEqual(['a 1-50', 'a 51-100'])
  const half = chooseAdoption({ listed: [merged], found: [found('a', 1, 50)], position: 100, log: wholeLog })
  expect(half).toMatchObject({ adopt: [], drop: [], missing: [merged] })
})

test('no event is in two segments: a file that overlaps a present one in part is left out', () => {
  const { adopt } = chooseAdoption({
    listed: [listed('a', 1, 60), listed('a', 61, 100, false)],
    found: [found('a', 50, 100)],
    position: 100,
    log: wholeLog,
  })
  expect(adopt).toEqual([])
})

test('a stretch that no file spans is said', () => {
  const { unknown } = chooseAdoption({
    listed: [],
    found: [found('a', 101, 150), found('a', 181, 200)],
    position: 100,
    log: { firstSeq: 300, lastSeq: 400 },
  })
  expect(unknown).toEqual([{ seqFrom: 151, seqTo: 180 }])
})
