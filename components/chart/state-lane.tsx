import type { SeriesDrawing, StateRun } from './series-drawing'
import { plotLeft, plotRight } from './plot-frame'

/** Which windows are settled, which may change, which miss a part: shares the chart's time axis. */
export function StateLane({ drawing }: { drawing: SeriesDrawing }) {
  const { from, to, states } = drawing
  const share = (at: number) => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * 100
  return (
    <div className="lane mt-1.5" role="img" aria-label={describe(states)}>
      <span className="lane-label" style={{ width: plotLeft - 7 }}>
        state
      </span>
      <div className="lane-track" style={{ left: plotLeft, right: plotRight }}>
        {states.map((run) => (
          <span
            key={run.from}
            className="lane-run"
            data-state={run.state}
            style={{
              left: `${share(run.from)}%`,
              width: `max(1px, calc(${share(run.to) - share(run.from)}% - 1px))`,
            }}
          />
        ))}
      </div>
    </div>
  )
}

function describe(states: StateRun[]): string {
  const names = [...new Set(states.map((run) => run.state))]
  return names.length === 0 ? 'State: no data' : `State of the windows, left to right: ${names.join(', ')}`
}
