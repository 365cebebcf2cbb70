import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyFlip, boundaryOfMap, flipBack, flipTo, uncovered, type MapEntry } from './publication'

/** The oracle: which version answers for each whole number. */
function answers(map: readonly MapEntry[]): Map<number, number> {
  const by = new Map<number, number>()
  for (const { from, to, versionId } of map) {
    for (let at = from; at < to; at++) {
      expect(by.has(at)).toBe(false)
      by.set(at, versionId)
    }
  }
  return by
}

const span = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 12 }))
const ranges = fc.array(span, { minLength: 1, maxLength: 3 }).map((spans) =>
  spans.reduce<{ from: number; to: number }[]>((kept, [from, length]) => {
    const range = { from, to: from + length }
    return kept.some((other) => range.from < other.to && other.from < range.to) ? kept : [...kept, range]
  }, []),
)

describe('the publication map', () => {
  it('[law 6] answers for each window with the last version published over it, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(ranges, { maxLength: 12 }), (publications) => {
        let map: MapEntry[] = []
        const oracle = new Map<number, number>()
        publications.forEach((published, versionId) => {
          map = applyFlip(
            map,
            flipTo(
              map,
              published.map((range) => ({ ...range, versionId })),
            ),
          )
          for (const { from, to } of published) for (let at = from; at < to; at++) oracle.set(at, versionId)
        })
        expect(new Map([...answers(map)].sort((a, b) => a[0] - b[0]))).toEqual(
          new Map([...oracle].sort((a, b) => a[0] - b[0])),
        )
      }),
    )
  })

  it('[law 6] is exactly an earlier map again after a rollback to it', () => {
    fc.assert(
      fc.property(fc.array(ranges, { minLength: 1, maxLength: 8 }), fc.nat(), (publications, pick) => {
        const maps: MapEntry[][] = [[]]
        publications.forEach((published, versionId) => {
          const map = maps.at(-1) ?? []
          maps.push(
            applyFlip(
              map,
              flipTo(
                map,
                published.map((range) => ({ ...range, versionId })),
              ),
            ),
          )
        })
        const target = maps[pick % maps.length] ?? []
        const current = maps.at(-1) ?? []
        const flip = flipBack(current, target)
        expect(applyFlip(current, flip)).toEqual(target)
        for (const range of uncovered(flip)) {
          for (let at = range.from; at < range.to; at++) expect(answers(target).has(at)).toBe(false)
        }
      }),
    )
  })

  it('leaves entries alone that a publish does not touch', () => {
    const current = [
      { from: 0, to: 10, versionId: 1, id: 7 },
      { from: 10, to: 20, versionId: 2, id: 8 },
    ]
    expect(flipTo(current, [{ from: 12, to: 15, versionId: 3 }])).toEqual({
      closed: [current[1]],
      added: [
        { from: 10, to: 12, versionId: 2 },
        { from: 12, to: 15, versionId: 3 },
        { from: 15, to: 20, versionId: 2 },
      ],
    })
  })

  it('refuses two answers for one window, and an empty range', () => {
    const overlap = [
      { from: 0, to: 10, versionId: 1 },
      { from: 9, to: 11, versionId: 2 },
    ]
    expect(() => flipTo([], overlap)).toThrow('overlap at 9')
    expect(() => flipTo([], [{ from: 3, to: 3, versionId: 1 }])).toThrow('empty range')
  })

  it('has its boundary at the greatest end, or nowhere', () => {
    expect(boundaryOfMap([])).toBeNull()
    expect(
      boundaryOfMap([
        { from: 0, to: 10 },
        { from: -5, to: 4 },
      ]),
    ).toBe(10)
  })
})
