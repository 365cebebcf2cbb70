import { Panel, SkeletonRows } from '@/components/ui'

/** All of the screen at once is replaced by what is there: nothing that was shown moves. */
export function TriageSkeleton() {
  return (
    <div className="stack">
      <Panel title="Alerts by cause">
        <SkeletonRows rows={5} widths={[320, 140, 120]} />
      </Panel>
      <Panel title="Backlog" sub="worst first">
        <SkeletonRows rows={4} widths={[160, 80, 60, 90, 60]} />
      </Panel>
      <div className="grid12">
        <div className="span-6 stack">
          <Panel title="Slow and failed traces">
            <SkeletonRows rows={6} widths={[90, 160, 100]} />
          </Panel>
        </div>
        <div className="span-6 stack">
          <Panel title="Failing jobs" sub="last 60 min">
            <SkeletonRows rows={3} widths={[180, 90]} />
          </Panel>
          <Panel title="Recent divergence">
            <SkeletonRows rows={4} widths={[110, 60, 60]} />
          </Panel>
        </div>
      </div>
    </div>
  )
}
