import { systemClock } from '../../platform'
import type { Command } from './command'
import { stepText } from './step-text'

export const align: Command = {
  usage: 'align [--new-log] [--dry-run]',
  summary:
    'Brings log, archive and database in step while Parallax does not run, as after one of them was restored by other means; a start does it too. --new-log goes on with a log that is not the one the database was counted from. --dry-run only says how they stand, and may run beside Parallax.',
  options: { 'new-log': { type: 'boolean' } },
  positionals: { min: 0, max: 0 },
  async run({ options, dryRun, answer, say }) {
    const [{ archiveDirOf, bringInStep, readContinuity }, { adoptArchive, provisionStreams }, stores] =
      await Promise.all([import('../../control'), import('../../log'), import('./running-stores')])
    const env = stores.envOf(options)
    if (dryRun) {
      const continuity = await stores.withStores(env, say, readContinuity)
      const why = continuity.kind === 'another log' ? ` (${continuity.why})` : ''
      answer(continuity, `log: ${continuity.kind}${why}`)
      return continuity.kind === 'in step' ? 0 : 1
    }
    const step = await stores.withOwnStores(env, say, async ({ pool, nats }) => {
      await provisionStreams(nats)
      const archiveDir = archiveDirOf(env)
      const done = await bringInStep(
        { pool, nats, clock: systemClock },
        { archiveDir, acceptsNewLog: options['new-log'] === true },
      )
      await adoptArchive({ pool, dir: archiveDir })
      return done
    })
    answer(step, stepText(step))
    return 0
  },
}
