'use client'
import { Coins } from 'lucide-react'
import { useState } from 'react'
import { describeError } from '@/components/data'
import { formatDuration, formatInstant, formatMoney } from '@/components/format'
import { isOld, liveness } from '@/components/live'
import { PageHead } from '@/components/shell'
import {
  Button,
  Choice,
  Failed,
  Glyph,
  Note,
  Panel,
  PanelMenu,
  Segmented,
  SkeletonBox,
  SkeletonRows,
} from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import type { CostReport } from '@/server/api'
import { monthName, monthsUpTo, monthText } from './cost-words'
import { CostStrip } from './cost-strip'
import { LayerPanel } from './layer-panel'
import { PipelineCosts } from './pipeline-costs'
import { PricesDialog } from './prices-dialog'
import { barsCsv, grainOf } from './spend-bars'
import { SpendChart, SpendLegend } from './spend-chart'
import { TagPanel } from './tag-panel'
import { UnusualPanel } from './unusual-panel'
import { useCosts, useGrain, type Grain } from './use-costs'

/** For owners and executives: what it costs, whom for, and how the month will end. */
export function CostScreen() {
  const [zone] = useZone()
  const now = useNow(5_000)
  const { month, setMonth, report, watch, past } = useCosts()
  const [chosen, setGrain] = useGrain()
  const [isPricing, setPricing] = useState(false)
  const state = liveness(watch.state, watch.lastAt, now)
  const isStale = month === null && report !== null && isOld(state)
  const months = monthsUpTo(now)
  const error = month === null ? watch.error : past.error ? describeError(past.error).message : null
  return (
    <>
      <PageHead
        title="Cost"
        forWhom="For owners and executives: what it costs, whom for, and how the month will end."
        actions={
          <>
            <Choice
              label="Month"
              value={month ?? months[0] ?? ''}
              options={months.map((value) => ({ value, label: monthName(value) }))}
              onChange={(value) => void setMonth(value === monthText(now) ? null : value)}
            />
            <Button off={report ? null : 'The prices are not there yet.'} onClick={() => setPricing(true)}>
              <Coins className="icon" aria-hidden="true" />
              Prices…
            </Button>
          </>
        }
      />
      {report ? (
        <Notes report={report} isStale={isStale} />
      ) : error ? (
        <Panel title="Costs">
          <Failed
            title="The costs did not load"
            message={`${error} ${month === null ? 'It is tried again by itself.' : ''}`}
            {...(month === null ? {} : { onRetry: () => void past.refetch() })}
          />
        </Panel>
      ) : null}
      {report || !error ? <CostStrip report={report} isStale={isStale} /> : null}
      {report ? body(report) : error ? null : <Loading />}
      {isPricing && report ? (
        <PricesDialog
          prices={report.prices}
          cores={report.cores}
          zone={zone}
          onClose={() => setPricing(false)}
        />
      ) : null}
    </>
  )

  function body(known: CostReport) {
    if (known.total.spent === 0 && known.pipelines.every(({ spent }) => spent === 0))
      return (
        <Panel title="Costs">
          <Note
            kind="empty"
            title={
              known.at < known.to ? 'Nothing has been priced this month' : 'Nothing was priced that month'
            }
          >
            {known.at < known.to
              ? 'The role slo prices every half minute what processes used; the first figures come within a minute.'
              : 'Parallax did not run then, or it is more than 400 days ago.'}
          </Note>
        </Panel>
      )
    const grain = grainOf(known, chosen)
    return (
      <div className="grid12">
        <Panel
          title="Spent"
          sub={
            grain === 'hours'
              ? 'by hour, last two days of it'
              : `by day (UTC), ${monthName(monthText(known.from))}`
          }
          stale={isStale}
          className="span-8"
          actions={
            <>
              <Segmented<Grain>
                label="Bars"
                value={grain}
                options={[
                  { value: 'hours', label: 'Hours' },
                  { value: 'days', label: 'Days' },
                ]}
                onChange={(value) => void setGrain(value)}
              />
              <PanelMenu name={`cost-${grain}`} csv={() => barsCsv(known, grain)} />
            </>
          }
          foot={
            <SpendLegend
              hasForecast={grain === 'days' && known.total.forecast.amount !== null && known.at < known.to}
              hasUnusual={known.anomalies.length > 0}
            />
          }
        >
          <div className="panel-body">
            <SpendChart report={known} grain={grain} zone={zone} />
          </div>
        </Panel>
        <LayerPanel report={known} isStale={isStale} />
        <PipelineCosts report={known} isStale={isStale} />
        <UnusualPanel report={known} zone={zone} isStale={isStale} />
        <TagPanel report={known} isStale={isStale} />
      </div>
    )
  }

  function Notes({ report: known, isStale: isOldNow }: { report: CostReport; isStale: boolean }) {
    const lines = [
      ...(isOldNow && watch.lastAt
        ? [`These figures are ${formatDuration(now - watch.lastAt)} old: the live connection is down.`]
        : []),
      ...known.notes,
      ...known.excluded.map(
        ({ currency, amount, to }) =>
          `${formatMoney(amount, currency)} spent before ${formatInstant(to, zone, 'dayMinute')} was priced in ${currency} and is in none of these figures.`,
      ),
      ...(known.prices.by === null
        ? ['Priced with the shipped defaults, a guess at a middling cloud: set your own under Prices.']
        : []),
    ]
    if (lines.length === 0) return null
    return (
      <ul className="cost-notes">
        {lines.map((line) => (
          <li key={line}>
            <Glyph status="unknown" label="Note" />
            {line}
          </li>
        ))}
      </ul>
    )
  }
}

function Loading() {
  return (
    <div className="grid12">
      <Panel title="Spent" className="span-8">
        <div className="panel-body">
          <SkeletonBox height={216} />
        </div>
      </Panel>
      <Panel title="By layer" className="span-4">
        <SkeletonRows rows={8} widths={[72, 64]} />
      </Panel>
      <Panel title="By pipeline" className="span-12">
        <SkeletonRows rows={5} widths={[140, 220, 64]} />
      </Panel>
    </div>
  )
}
