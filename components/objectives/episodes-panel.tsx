'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { csvRows, formatCount, formatDuration, formatNear, formatPercent, plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button, Glyph, Note, Panel, PanelMenu } from '@/components/ui'
import { keepView } from '@/components/view'
import type { BudgetEpisode, ObjectiveDetail } from '@/server/api'
import { indicatorWords } from './objective-words'

const pageRows = 8

interface EpisodesPanelProps {
  detail: ObjectiveDetail
  zone: Zone
  now: number
}

/** Where the budget went: stretches of bad minutes, the most expensive first, with the incident of each. */
export function EpisodesPanel({ detail, zone, now }: EpisodesPanelProps) {
  const [rows, setRows] = useState(pageRows)
  const { episodes, view } = detail
  const params = useSearchParams()
  const sorted = [...episodes].sort((a, b) => b.budgetUsed - a.budgetUsed)
  const shown = sorted.slice(0, rows)
  const counted = view.sli ? indicatorWords[view.sli.indicator].counted : 'values'
  return (
    <Panel
      title="What used the budget"
      sub={
        episodes.length === 0
          ? 'no episode'
          : `${shown.length} of ${plural(episodes.length, 'episode')}, largest first`
      }
      actions={<PanelMenu name={`${view.id}-episodes`} csv={() => episodesCsv(sorted)} />}
    >
      {episodes.length === 0 ? (
        <Note kind="done" title="Nothing used the budget">
          No minute of this window missed the objective.
        </Note>
      ) : (
        <>
          <table className="table table-cards">
            <thead>
              <tr>
                <th>When</th>
                <th>What happened</th>
                <th className="number">Lasted</th>
                <th className="number">Bad {counted}</th>
                <th className="number">Budget used</th>
                <th>Known</th>
                <th className="number">Incident</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((episode) => (
                <tr key={episode.from}>
                  <td data-label="When">{formatNear(episode.from, zone, now)}</td>
                  <td className="font-medium clip card-wide" title={episode.says} style={{ width: '40%' }}>
                    {episode.says}
                  </td>
                  <td className="number" data-label="Lasted">
                    {episode.isGoingOn ? <Glyph status="warn" label="Going on" /> : null}{' '}
                    {formatDuration((episode.isGoingOn ? now : episode.to) - episode.from)}
                    {episode.isGoingOn ? ', going on' : ''}
                  </td>
                  <td className="number" data-label={`Bad ${counted}`}>
                    {formatCount(Math.round(episode.bad))}
                  </td>
                  <td className="number" data-label="Budget used">
                    {formatPercent(episode.budgetUsed)}
                    <span className="unit">%</span>
                  </td>
                  <td className="text-text-2" data-label="Known">
                    {episode.known}
                  </td>
                  <td className="number" data-label="Incident">
                    {episode.incidentId === null ? (
                      <span className="text-text-3">none</span>
                    ) : (
                      <Link className="link" href={keepView(`/incidents/${episode.incidentId}`, params)}>
                        INC-{episode.incidentId}
                      </Link>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {sorted.length > shown.length ? (
            <div className="panel-foot">
              <Button size="small" onClick={() => setRows((before) => before + 20)}>
                Show more
              </Button>
            </div>
          ) : null}
        </>
      )}
    </Panel>
  )
}

const episodesCsv = (episodes: readonly BudgetEpisode[]): string =>
  csvRows([
    ['from', 'to', 'going_on', 'bad', 'budget_used', 'known', 'says', 'incident'],
    ...episodes.map(({ from, to, isGoingOn, bad, budgetUsed, known, says, incidentId }) => [
      new Date(from).toISOString(),
      new Date(to).toISOString(),
      isGoingOn ? 'yes' : 'no',
      bad,
      budgetUsed,
      known,
      says,
      incidentId,
    ]),
  ])
