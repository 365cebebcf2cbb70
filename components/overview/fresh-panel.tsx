import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { budgetFigure, burnText } from '@/components/objectives'
import { csvRows, formatDuration, formatInstant, numberWord, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { Glyph } from '@/components/ui'
import { keepView } from '@/components/view'
import type { Overview, PipelineLateness } from '@/server/api'
import { FreshLine } from './fresh-line'
import { freshStatement } from './sentences'
import { Spells } from './spells'
import { Fours, Proof, StatementPanel } from './statement-panel'

/** With fewer pipelines the line of all has more room. */
const rowsDrawn = 8

interface FreshPanelProps {
  overview: Overview
  zone: Zone
  isStale: boolean
}

/** Are the numbers fresh: overall, over time, and pipeline by pipeline on the same time axis. */
export function FreshPanel({ overview, zone, isStale }: FreshPanelProps) {
  const { fresh, from, to } = overview
  const params = useSearchParams()
  const unders = new Set(fresh.pipelines.map(({ underMs }) => underMs))
  const title =
    unders.size === 1
      ? `Late by more than ${formatDuration(fresh.pipelines[0]?.underMs ?? 0)}`
      : 'Late by more than allowed'
  const more = fresh.pipelinesTotal - fresh.pipelines.length
  return (
    <StatementPanel
      title="Fresh"
      evidence="Overall freshness, the objective"
      statement={freshStatement(overview)}
      isStale={isStale}
      csv={() => latenessCsv(fresh.pipelines)}
    >
      <Proof title={title} sub={`spells in ${rangeWords(to - from)}, and age now`}>
        <div className="lanes">
          <FreshLine
            fresh={fresh}
            from={from}
            to={to}
            zone={zone}
            height={56 + Math.max(0, rowsDrawn - fresh.pipelines.length) * 15}
          />
          {fresh.pipelines.map((pipeline) => (
            <LateRow
              key={pipeline.name}
              pipeline={pipeline}
              from={from}
              to={to}
              zone={zone}
              now={overview.at}
            />
          ))}
          <span />
          <span className="lanes-axis" aria-hidden="true">
            <span>{formatInstant(from, zone, to - from > 86_400_000 ? 'dayMinute' : 'minute')}</span>
            <span>{formatInstant((from + to) / 2, zone, 'minute')}</span>
            <span>{to >= overview.at - 60_000 ? 'now' : formatInstant(to, zone, 'minute')}</span>
          </span>
          <span />
        </div>
        {more > 0 ? (
          <Link className="link text-small" href={keepView('/pipelines', params)}>
            {plural(more, 'more pipeline')},{' '}
            {fresh.lateTotal <= fresh.pipelines.length
              ? 'none late'
              : `${numberWord(fresh.lateTotal - fresh.pipelines.length)} late`}
          </Link>
        ) : null}
      </Proof>
      <Proof
        title="Burn rate"
        sub={`1× spends the ${fresh.overall ? `${Math.round(fresh.overall.days)}-day ` : ''}budget exactly`}
        isLast
      >
        <Fours figures={burnFigures(fresh.overall)} />
      </Proof>
    </StatementPanel>
  )
}

/** 24 h rather than 1 d: what a clock shows. */
const rangeWords = (ms: number) =>
  ms <= 2 * 86_400_000 && ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : formatDuration(ms)

const burnLabels: Record<number, string> = { 60: '1 h', 360: '6 h', 1440: '24 h' }

function burnFigures(overall: Overview['fresh']['overall']) {
  const burns = overall?.burns ?? [60, 360, 1440].map((minutes) => ({ minutes, rate: null }))
  const left = overall?.now.budgetLeft ?? null
  return [
    ...burns.map(({ minutes, rate }) => ({
      key: String(minutes),
      label: burnLabels[minutes] ?? `${minutes} min`,
      value:
        rate === null ? (
          <span className="text-text-3">no data</span>
        ) : (
          <>
            {rate > 1 ? <Glyph status="warn" label="Spends more than the budget" /> : null} {burnText(rate)}
          </>
        ),
    })),
    {
      key: 'left',
      label: 'budget left',
      value:
        left === null ? (
          <span className="text-text-3">no data</span>
        ) : (
          <>
            {left <= 0 ? <Glyph status="bad" label="Exhausted" /> : null} {budgetFigure(left).value}
            <span className="unit">{budgetFigure(left).unit}</span>
          </>
        ),
    },
  ]
}

interface LateRowProps {
  pipeline: PipelineLateness
  from: number
  to: number
  now: number
  zone: Zone
}

function LateRow({ pipeline, from, to, zone, now }: LateRowProps) {
  const params = useSearchParams()
  const { name, ageMs, isLate, health, reason } = pipeline
  return (
    <>
      <Link className="lanes-name" href={keepView(`/pipelines/${encodeURIComponent(name)}`, params)}>
        {name}
      </Link>
      <Spells pipeline={pipeline} from={from} to={to} zone={zone} now={now} />
      <span
        className={isLate ? 'lanes-value font-medium' : 'lanes-value text-text-3'}
        title={reason ?? undefined}
      >
        {isLate ? <Glyph status={ageMs > 60_000 ? 'bad' : 'warn'} label="Late now" /> : null}{' '}
        {health === 'unknown' ? 'no data' : ageMs > 0 ? formatDuration(ageMs) : 'current'}
      </span>
    </>
  )
}

function latenessCsv(pipelines: readonly PipelineLateness[]): string {
  return csvRows([
    ['pipeline', 'owner', 'age_now_s', 'late_from', 'late_to', 'good', 'total'],
    ...pipelines.flatMap(({ name, owner, ageMs, spells }) =>
      (spells.length > 0 ? spells : [null]).map((spell) => [
        name,
        owner,
        ageMs / 1_000,
        spell && new Date(spell.from).toISOString(),
        spell && new Date(spell.to).toISOString(),
        spell?.good,
        spell?.total,
      ]),
    ),
  ])
}
