import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { checkSpec } from '../check-spec'
import { readOpenSlo, type Problem } from './document'
import { readSlo } from './read-slo'
import { writeSlo } from './write-slo'

const folder = path.join(import.meta.dirname, 'testing')
const examples = readdirSync(folder).filter((file) => file.endsWith('.yaml'))

/** The example as published; its metric, which it leaves to the reader, is one of ours. */
function adopted(file: string, indicator: string): string {
  const document = parse(readFileSync(path.join(folder, file), 'utf8')) as { metadata: object }
  const annotations = { 'parallax/pipeline': 'shop', 'parallax/indicator': indicator }
  return stringify({ ...document, metadata: { ...document.metadata, annotations } })
}

function read(text: string) {
  const documents = readOpenSlo(text)
  const problems: Problem[] = []
  const specs = documents.flatMap(({ document }) =>
    document.kind === 'SLO' ? readSlo(document, documents, problems).map(({ spec }) => checkSpec(spec)) : [],
  )
  return { specs, problems }
}

it('there are examples', () => {
  expect(examples).toHaveLength(4)
})

it.each(examples)(
  '%s, as the specification publishes it, is read, and written again means the same',
  (file) => {
    const { specs, problems } = read(adopted(file, file.startsWith('occurrences') ? 'latency' : 'jobs'))
    expect(problems).toEqual([])
    expect(specs.length).toBeGreaterThan(0)
    for (const spec of specs)
      expect(read(stringify(writeSlo(spec, [])))).toEqual({ specs: [spec], problems: [] })
  },
)

it.each(examples)('%s names what it lacks where its metric is not ours', (file) => {
  const { problems } = read(readFileSync(path.join(folder, file), 'utf8'))
  expect(problems[0]).toMatchObject({ expected: expect.stringMatching(/parallax|Parallax/) as string })
})
