'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { formatDuration, formatShare } from '@/components/format'
import { Glyph } from '@/components/ui'
import { keepView } from '@/components/view'
import type { ObjectiveView } from '@/server/api'
import { budgetFigure, burnText, goalWords, shortName, statusWords } from './objective-words'

interface ObjectiveTableProps {
  objectives: readonly ObjectiveView[]
  now: number
  current?: number | null
  onOpen?: (index: number) => void
}

export const objectiveHref = (id: string, params: URLSearchParams): string =>
  keepView(`/objectives/${encodeURIComponent(id)}`, params)

/** Worst budget first, as they come: what is left, how fast it goes, when it is gone, and who owns it. */
export function ObjectiveTable({ objectives, now, current = null, onOpen }: ObjectiveTableProps) {
  const params = useSearchParams()
  return (
    <table className="table table-cards">
      <thead>
        <tr>
          <th>Pipeline and objective</th>
          <th>Owner</th>
          <th className="number">Attained / target</th>
          <th className="number">Budget left</th>
          <th className="number">Burn 1 h</th>
          <th className="number">Runs out in</th>
          <th className="number">Lasting</th>
        </tr>
      </thead>
      <tbody>
        {objectives.map((objective, i) => (
          <tr
            key={objective.id}
            data-selected={i === current}
            {...(onOpen ? { 'data-href': '', onClick: () => onOpen(i) } : {})}
          >
            <td className="two-lines card-wide clip objective-name">
              <Name objective={objective} href={objectiveHref(objective.id, params)} />
            </td>
            <td className="clip objective-owner text-text-2" data-label="Owner" title={objective.owner}>
              {objective.owner}
            </td>
            <Figures objective={objective} now={now} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Name({ objective, href }: { objective: ObjectiveView; href: string }) {
  const { status, word } = statusWords(objective.state?.status)
  return (
    <span className="flex items-start gap-2.5">
      <span className="pt-px">
        <Glyph status={status} label={word} />
      </span>
      <span className="min-w-0">
        <Link className="font-medium" href={href} onClick={(event) => event.stopPropagation()}>
          {objective.pipeline ?? objective.title}
        </Link>
        <span className="second truncate" title={goalWords(objective)}>
          {objective.pipeline === null ? 'All pipelines' : shortName(objective)}: {goalWords(objective)}
        </span>
      </span>
    </span>
  )
}

function Figures({ objective, now }: { objective: ObjectiveView; now: number }) {
  const { state, target } = objective
  const figures = state?.now
  const left = figures?.budgetLeft ?? null
  return (
    <>
      <td className="number" data-label="Attained">
        {figures?.attained == null ? (
          <span className="text-text-3">no data</span>
        ) : (
          <>
            {formatShare(figures.attained)} <span className="text-text-3">/ {formatShare(target)} %</span>
          </>
        )}
      </td>
      <td
        className={`number ${left !== null && left <= 0 ? 'font-medium text-bad' : ''}`}
        data-label="Budget left"
      >
        {left === null ? (
          <span className="text-text-3">–</span>
        ) : (
          <>
            {budgetFigure(left).value}
            <span className="unit">{budgetFigure(left).unit}</span>
          </>
        )}
      </td>
      <td className="number" data-label="Burn 1 h">
        {state?.burn1h == null ? <span className="text-text-3">–</span> : burnText(state.burn1h)}
      </td>
      <td className="number" data-label="Runs out in">
        {runsOut(objective)}
      </td>
      <td className="number" data-label="Lasting">
        {state?.since == null ? (
          <span className="text-text-3">–</span>
        ) : (
          formatDuration(Math.max(0, now - state.since))
        )}
      </td>
    </>
  )
}

function runsOut({ state }: ObjectiveView) {
  if ((state?.now.budgetLeft ?? 1) <= 0) return 'exhausted'
  if (state?.exhaustedInS == null) return <span className="text-text-3">–</span>
  return formatDuration(state.exhaustedInS * 1_000)
}
