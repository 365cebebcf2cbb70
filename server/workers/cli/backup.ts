import { systemClock } from '../../platform'
import type { Command } from './command'

export const backup: Command = {
  usage: 'backup <dir>',
  summary:
    'Writes database, archive and the unread part of the log into a new folder, beside what runs or while nothing does. Works on the data folder, or on DATABASE_URL and NATS_URL.',
  positionals: { min: 1, max: 1 },
  async run({ positionals, options, answer, say }) {
    const [dir = ''] = positionals
    const [{ makeBackup, archiveDirOf }, { envOf, withStores }] = await Promise.all([
      import('../../control'),
      import('./running-stores'),
    ])
    const env = envOf(options)
    const { at, archive, tables, log } = await withStores(env, say, (stores) =>
      makeBackup({ ...stores, clock: systemClock }, { dir, archiveDir: archiveDirOf(env), say }),
    )
    const rows = tables.reduce((sum, table) => sum + table.rows, 0)
    const result = { dir, at, tables: tables.length, rows, files: archive.files.length, log }
    answer(result, `${dir}: ${rows} rows, ${archive.files.length} files of the archive, as of ${at}`)
    return 0
  },
}
