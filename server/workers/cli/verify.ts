import { AppError, readEnv } from '../../platform'
import type { Command } from './command'

export const verify: Command = {
  usage: 'verify <pipeline>/<version>',
  summary:
    'Counts a version again at its cut and reads its rows back: the digests must be equal. Works on the database and archive of the data folder, or of DATABASE_URL.',
  positionals: { min: 1, max: 1 },
  async run({ positionals, options, answer, say }) {
    const [, pipeline, number] = /^(.+)[/](\d+)$/.exec(positionals[0] ?? '') ?? []
    if (pipeline === undefined || number === undefined) {
      throw new AppError('bad_request', `Use parallax ${verify.usage}, like departures/12.`)
    }
    const dataDir = options['data-dir']
    const env = readEnv({
      ...process.env,
      ...(typeof dataDir === 'string' ? { PARALLAX_DATA_DIR: dataDir } : {}),
    })
    say(`counting version ${number} of ${pipeline} again …`)
    const { verifyByNumber } = await import('../verify-version')
    const result = await verifyByNumber(env, pipeline, Number(number))
    const verdict = result.equal
      ? `equal: digest ${result.stored}, ${result.rows.stored} rows`
      : `NOT EQUAL: recorded ${result.stored}, of its rows ${result.ofRows}, recounted ${result.recomputed}`
    answer(result, `${pipeline}/${number}: ${verdict}`)
    return result.equal ? 0 : 1
  },
}
