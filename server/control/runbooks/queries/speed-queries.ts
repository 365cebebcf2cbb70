import { z } from 'zod'
import { pipelineStatus } from '../../status'
import { systemHealth } from '../../system-health'
import { readCommitAge, readWorkers } from '../facts-store'
import { namedQuery, pipelineArg } from './query'
import { count, seconds } from './words'

/** As on the screens: behind from five seconds on; standing still from half a minute without a commit. */
const behindS = 5
const wedgedS = 30

const lag = namedQuery({
  doc: 'How far the speed layer is behind the log, and why.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: {
    seconds: 'number',
    events: 'number',
    diagnosis: 'string',
    commit_age_s: 'number',
    catch_up_s: 'number',
    loss_s: 'number',
  },
  async read(deps, { pipeline }) {
    const status = await pipelineStatus(deps, pipeline)
    const { lag: behind, paused, position, catchUpEta, timeToDataLossS, at } = status
    const commitAgeS = await readCommitAge(deps.pool, pipeline)
    const isPaused = paused.some(({ layer }) => layer === 'speed')
    const alive = status.workers.filter((worker) => worker.alive).map(({ id }) => id)
    const isUnheld = position.some(({ owner }) => owner === null || !alive.includes(owner))
    const isWedged = commitAgeS !== null && commitAgeS >= wedgedS
    const diagnosis = isPaused
      ? 'paused'
      : behind.seconds < behindS
        ? 'current'
        : isUnheld
          ? 'unheld'
          : isWedged
            ? 'wedged'
            : 'behind'
    return {
      seconds: behind.seconds,
      events: behind.events,
      diagnosis,
      commit_age_s: commitAgeS,
      catch_up_s: catchUpEta === null ? null : Math.max(0, (catchUpEta - at) / 1000),
      loss_s: timeToDataLossS,
    }
  },
  tell: (found, { pipeline }) => {
    const words: Record<string, string> = {
      current: 'current',
      paused: 'paused by a person',
      unheld: 'without a living worker on some partition',
      wedged: `wedged: no commit for ${seconds(found.commit_age_s)} while events wait`,
      behind: 'behind, and working',
    }
    const eta = found.catch_up_s === null ? '' : `, caught up in about ${seconds(found.catch_up_s)}`
    return `${pipeline} is ${seconds(found.seconds)} behind the log (${count(found.events, 'event')}): ${words[found.diagnosis ?? ''] ?? 'unknown'}${eta}.`
  },
})

const paused = namedQuery({
  doc: 'Which layers of a pipeline stand still, and who said so.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: { speed: 'boolean', batch: 'boolean', by: 'string' },
  async read(deps, { pipeline }) {
    const { paused: pauses } = await pipelineStatus(deps, pipeline)
    return {
      speed: pauses.some(({ layer }) => layer === 'speed'),
      batch: pauses.some(({ layer }) => layer === 'batch'),
      by: pauses.map(({ layer, actor, reason }) => `${layer} by ${actor}: ${reason}`).join('; ') || 'nobody',
    }
  },
  tell: ({ speed, batch, by }) =>
    speed === true || batch === true ? `Paused: ${by ?? ''}.` : 'No layer is paused.',
})

const workers = namedQuery({
  doc: 'How many workers of a role live, and how many have started lately.',
  args: z.strictObject({ role: z.enum(['web', 'speed', 'batch', 'archive', 'slo']) }),
  fields: { alive: 'number', silent: 'number', started_15m: 'number', beat_s: 'number' },
  read: async ({ pool }, { role }) => readWorkers(pool, role),
  tell: ({ alive, silent, started_15m }, { role }) =>
    `${count(alive, `${role} worker`)} alive, ${silent ?? 0} silent, ${started_15m ?? 0} started in the last 15 min.`,
})

const dependencies = namedQuery({
  doc: 'Whether Postgres, the log, the archive and the workers answer.',
  args: z.strictObject({}),
  fields: {
    ok: 'boolean',
    postgres: 'boolean',
    log: 'boolean',
    archive: 'boolean',
    workers: 'boolean',
    worst: 'string',
  },
  async read(deps) {
    const { dependencies: all } = await systemHealth(deps)
    const isUp = (name: string) => all.every((one) => one.name !== name || one.health !== 'bad')
    const bad = all.filter(({ health }) => health === 'bad')
    return {
      ok: bad.length === 0,
      postgres: isUp('postgres'),
      log: isUp('nats') && isUp('log'),
      archive: isUp('archive'),
      workers: isUp('workers'),
      worst: bad.map(({ name, says }) => `${name} ${says}`).join('; ') || 'none',
    }
  },
  tell: ({ ok, worst }) =>
    ok === true ? 'Postgres, log, archive and workers answer.' : `Away: ${worst ?? ''}.`,
})

const archive = namedQuery({
  doc: 'How far the archive is behind the log.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: { lag_messages: 'number', loss_s: 'number', workers: 'number' },
  async read(deps, { pipeline }) {
    const status = await pipelineStatus(deps, pipeline)
    return {
      lag_messages: status.archive.lagMessages,
      loss_s: status.timeToDataLossS,
      workers: status.workers.filter(({ alive, role }) => alive && role === 'archive').length,
    }
  },
  tell: ({ lag_messages, workers: alive }) =>
    `The archive is ${count(lag_messages, 'message')} behind the log, ${count(alive, 'archive worker')} alive.`,
})

export const speedQueries = { lag, paused, workers, dependencies, archive }
