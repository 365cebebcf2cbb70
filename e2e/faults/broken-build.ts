import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Plugin } from 'esbuild'
import { bundleWorkers } from '../../scripts/prepare/build.mjs'

interface Patch {
  file: string
  /** Found exactly once, or the build fails: a control that changes nothing would prove nothing. */
  find: string
  put: string
}

/** Defects that the suite has to find, put into the sources while they are bundled; the product has none of them. */
export const defects = {
  /** The position is committed one flush before what it stands for. */
  'position ahead of state': [
    {
      file: 'server/serving/commit-speed.ts',
      find: 'await store.upsertBuckets(written)',
      put: 'await store.upsertBuckets(heldBack.splice(0, Infinity, ...written))',
    },
    {
      file: 'server/serving/commit-speed.ts',
      find: 'const cellName =',
      put: 'const heldBack: BucketWrite[] = []\nconst cellName =',
    },
  ],
  /** A publication takes effect in two transactions. */
  'publication in two steps': [
    {
      file: 'server/serving/publication-store.ts',
      find: 'await client.query(\n    `INSERT INTO publication_range',
      put: `await client.query('UPDATE compute SET publication = $2 WHERE id = $1', [computeId, number])
  await client.query('COMMIT')
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  await client.query('BEGIN')
  await client.query(\n    \`INSERT INTO publication_range`,
    },
  ],
  /** A worker that lost its lease writes on. */
  'no fence': [
    {
      file: 'server/serving/speed-commit.ts',
      find: "const reason = row === undefined ? 'gone' : refusal(row, commit)",
      put: "const reason: LostReason | null = row === undefined ? 'gone' : null",
    },
    {
      file: 'server/serving/speed-view-store.ts',
      find: 'AND p.fence = u.fence\n              AND p.seq <= u.seq',
      put: '',
    },
  ],
} satisfies Record<string, Patch[]>

export type Defect = keyof typeof defects

/** Bundles the workers with a defect; resolves to the program to start. */
export async function buildBroken(defect: Defect): Promise<string> {
  const outdir = path.join('.cache', 'broken', defect.replaceAll(' ', '-'))
  const waiting = new Set<Patch>(defects[defect])
  await bundleWorkers({ outdir, plugins: [patching(defects[defect], waiting)] })
  for (const { file } of waiting) throw new Error(`${file} was not bundled: the control "${defect}" is none`)
  return path.join(outdir, 'parallax.mjs')
}

function patching(patches: readonly Patch[], waiting: Set<Patch>): Plugin {
  return {
    name: 'defect',
    setup(build) {
      build.onLoad({ filter: /[.]ts$/ }, async ({ path: file }) => {
        const here = patches.filter((patch) => file.endsWith(patch.file))
        if (here.length === 0) return null
        let contents = await readFile(file, 'utf8')
        for (const patch of here) {
          if (contents.split(patch.find).length !== 2)
            throw new Error(`${patch.file} does not say "${patch.find}" once: bring the control up to date`)
          contents = contents.replace(patch.find, () => patch.put)
          waiting.delete(patch)
        }
        return { contents, loader: 'ts' }
      })
    },
  }
}
