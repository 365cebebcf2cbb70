import { AppError, readEnv } from '../../platform'
import type { Command } from './command'

export const provision: Command = {
  usage: 'provision [--archive] [--feed flights|none]',
  summary:
    'Brings the database and log of DATABASE_URL and NATS_URL to what this release needs, and makes the first administrator. Before the roles of a release start; any number of times. --archive: the archive is mounted here, and is brought in step with both.',
  options: { feed: { type: 'string' }, archive: { type: 'boolean' } },
  positionals: { min: 0, max: 0 },
  async run({ options: { feed = 'none', archive }, answer }) {
    if (feed !== 'flights' && feed !== 'none') {
      throw new AppError(
        'bad_request',
        `Reading --feed failed: "${String(feed)}" is no feed. Use flights or none.`,
      )
    }
    const env = readEnv()
    const { databaseUrl, natsUrl } = env
    if (databaseUrl === undefined || natsUrl === undefined) {
      throw new AppError(
        'bad_request',
        'Provisioning failed: DATABASE_URL and NATS_URL are not set. Set both; parallax start provisions its own stores by itself.',
      )
    }
    // The other commands open no database.
    const [{ provision: bringUp }, { archiveDirOf }] = await Promise.all([
      import('../provision'),
      import('../../control'),
    ])
    const done = await bringUp(
      { ...env, databaseUrl, natsUrl },
      { samples: feed === 'flights', archiveDir: archive === true ? archiveDirOf(env) : null },
    )
    const { admin, migrations, pipelines } = done
    const lines = [
      migrations.length > 0 ? `migrated: ${migrations.join(', ')}` : 'the database is up to date',
      ...(pipelines.length > 0 ? [`pipelines: ${pipelines.join(', ')}`] : []),
      ...(admin === null ? [] : [`administrator: ${admin.email}, ${passwordOf(admin)}`]),
    ]
    answer(done, lines.join('\n'))
    return 0
  },
}

const passwordOf = ({ password }: { password: string | null }): string =>
  password === null ? 'with the password of PARALLAX_ADMIN_PASSWORD' : `password ${password}`
