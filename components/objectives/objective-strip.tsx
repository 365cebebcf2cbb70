import { formatCompact, formatDuration, formatPercent, formatShare } from '@/components/format'
import { Glyph, StripFigure } from '@/components/ui'
import type { ObjectiveView } from '@/server/api'
import { budgetFigure, burnText, indicatorWords, windowWords } from './objective-words'

/** What was promised, what is attained, and how long the budget lasts. */
export function ObjectiveStrip({ view }: { view: ObjectiveView }) {
  const { sli, target, window, state } = view
  const counted = sli ? indicatorWords[sli.indicator].counted : 'of the whole'
  const good = sli ? indicatorWords[sli.indicator].good(sli.threshold) : 'weighted mean'
  return (
    <dl className="strip">
      <StripFigure label="Objective" note={`of ${counted} ${good}, ${windowWords(window)}`}>
        {formatShare(target)}
        <span className="unit">%</span>
      </StripFigure>
      <Attained view={view} />
      <StripFigure
        label="Error budget"
        note={
          state && state.now.total > 0 && sli
            ? `${formatPercent(1 - target)} % of ${formatCompact(state.now.total)} ${counted}`
            : `${formatPercent(1 - target)} % of what is counted`
        }
      >
        {state?.budgetTotal == null ? (
          <Nothing />
        ) : (
          <>
            {formatCompact(Math.round(state.budgetTotal * 10) / 10)}
            <span className="unit">{sli ? counted : ''}</span>
          </>
        )}
      </StripFigure>
      <BudgetLeft view={view} />
      <BurnNow view={view} />
      <RunsOut view={view} />
    </dl>
  )
}

function Attained({ view: { state } }: { view: ObjectiveView }) {
  const now = state?.now.attained ?? null
  const then = state?.then.attained ?? null
  const probes = state && state.probeShare >= 0.005 ? `${formatPercent(state.probeShare)} % probes` : null
  return (
    <StripFigure
      label="Attained"
      note={
        then !== null && now !== then
          ? `as known then ${formatShare(then)} %`
          : (probes ?? 'same as known then')
      }
    >
      {now === null ? (
        <Nothing />
      ) : (
        <>
          {formatShare(now)}
          <span className="unit">%</span>
        </>
      )}
    </StripFigure>
  )
}

function BudgetLeft({ view: { state, sli } }: { view: ObjectiveView }) {
  const left = state?.now.budgetLeft ?? null
  const counted = sli ? indicatorWords[sli.indicator].counted : ''
  return (
    <StripFigure
      label="Budget left"
      note={
        left === null || state?.budgetTotal == null
          ? 'no data is not a full budget'
          : left <= 0
            ? `overspent by ${formatCompact(Math.round(-left * state.budgetTotal))} ${counted}`
            : `${formatCompact(Math.floor(left * state.budgetTotal))} bad ${counted} more`
      }
    >
      {left === null ? (
        <Nothing />
      ) : (
        <>
          {left <= 0 ? (
            <Glyph status="bad" label="Exhausted" />
          ) : left < 0.25 ? (
            <Glyph status="warn" label="Little left" />
          ) : null}
          <span>
            {budgetFigure(left).value}
            <span className="unit">{budgetFigure(left).unit}</span>
          </span>
        </>
      )}
    </StripFigure>
  )
}

function BurnNow({ view: { state, target, sli } }: { view: ObjectiveView }) {
  const burn = state?.burn1h ?? null
  const isPaging = state?.burns.some(({ isFiring, severity }) => isFiring && severity === 'page')
  const bad = sli ? `${indicatorWords[sli.indicator].bad} ${indicatorWords[sli.indicator].counted}` : 'bad'
  return (
    <StripFigure
      label="Burn, 1 h"
      note={burn === null ? 'nothing in the last hour' : `${formatPercent(burn * (1 - target))} % ${bad}`}
    >
      {burn === null ? (
        <Nothing />
      ) : (
        <>
          {isPaging ? (
            <Glyph status="bad" label="Pages" />
          ) : burn > 1 ? (
            <Glyph status="warn" label="Spends more than the budget" />
          ) : null}
          {burnText(burn)}
        </>
      )}
    </StripFigure>
  )
}

function RunsOut({ view: { state } }: { view: ObjectiveView }) {
  const used = state?.usedIn24h ?? null
  const note = used === null ? 'at the rate of the last hour' : `${formatPercent(used)} % used in 24 h`
  if ((state?.now.budgetLeft ?? 1) <= 0)
    return (
      <StripFigure label="Runs out in" note={note}>
        exhausted
      </StripFigure>
    )
  return (
    <StripFigure label="Runs out in" note={note}>
      {state?.exhaustedInS == null ? (
        <span className="font-normal text-text-3">not at this rate</span>
      ) : (
        formatDuration(state.exhaustedInS * 1_000)
      )}
    </StripFigure>
  )
}

const Nothing = () => <span className="font-normal text-text-3">no data</span>
