import { AppError, readEnv } from '../../platform'
import type { Command } from './command'

export const provision: Command = {
  usage: 'provision [--feed flights|none]',
  summary:
    'Brings the database and log of DATABASE_URL and NATS_URL to what this release needs, and makes the first administrator. Before the roles of a release start; any number of times.',
  options: { feed: { type: 'string' } },
  positionals: { min: 0, max: 0 },
  async run({ options: { feed = 'none' }, answer }) {
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
    const { provision: bringUp } = await import('../provision') // the other commands open no database
    const done = await bringUp({ ...env, databaseUrl, natsUrl }, feed === 'flights')
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
