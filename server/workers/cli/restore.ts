import type { BackupPart } from '../../control'
import { AppError, systemClock } from '../../platform'
import type { Command } from './command'
import { stepText } from './step-text'

export const restore: Command = {
  usage: 'restore <dir> [--only postgres,archive,log] [--replace]',
  summary:
    'Puts a backup back while Parallax does not run, and brings log, archive and database in step. --only restores some of them and leaves the others as they are; --replace drops what the database holds.',
  options: { only: { type: 'string' }, replace: { type: 'boolean' } },
  positionals: { min: 1, max: 1 },
  async run({ positionals, options, answer, say }) {
    const [dir = ''] = positionals
    const [{ archiveDirOf, backupParts, restoreBackup }, { envOf, withOwnStores }] = await Promise.all([
      import('../../control'),
      import('./running-stores'),
    ])
    const env = envOf(options)
    const parts = partsOf(options.only, backupParts)
    const restored = await withOwnStores(env, say, (stores) =>
      restoreBackup(
        { ...stores, clock: systemClock },
        { dir, archiveDir: archiveDirOf(env), parts, replaces: options.replace === true, say },
      ),
    )
    answer(
      restored,
      `restored as of ${restored.at}: ${restored.rows} rows, ${restored.files} files\n${stepText(restored.step)}`,
    )
    return 0
  },
}

function partsOf(only: string | boolean | undefined, all: readonly BackupPart[]): readonly BackupPart[] {
  if (typeof only !== 'string') return all
  return only.split(',').map((item) => {
    const part = all.find((known) => known === item.trim())
    if (part !== undefined) return part
    throw new AppError(
      'bad_request',
      `Reading --only failed: "${item}" is no part. Use a list of ${all.join(', ')}.`,
    )
  })
}
