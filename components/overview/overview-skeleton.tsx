import { SkeletonBox, SkeletonRows } from '@/components/ui'

const titles = ['Fresh', 'Right', 'Cost']

/** The page in its own shape while the first figures are on their way: nothing moves when they come. */
export function OverviewSkeleton() {
  return (
    <div className="overview-grid" aria-busy="true">
      {titles.map((title) => (
        <section key={title} className="panel say" aria-label={`${title}, loading`}>
          <div className="say-head">
            <h2>{title}</h2>
          </div>
          <div className="say-body">
            <span className="skeleton my-1 h-7! w-28" />
            <p className="say-text">
              <span className="skeleton mt-2 w-full" />
              <span className="skeleton mt-2 w-full" />
              <span className="skeleton mt-2 w-2/3" />
            </p>
            <div className="say-proof">
              <SkeletonBox height={236} />
            </div>
            <div className="say-proof say-last">
              <SkeletonBox height={54} />
            </div>
          </div>
        </section>
      ))}
      <section className="panel overview-wide" aria-label="Objectives, loading">
        <div className="panel-head">
          <h2>Objectives</h2>
        </div>
        <SkeletonRows rows={9} widths={[220, 90, 70, 60]} />
      </section>
      <section className="panel" aria-label="Batch, loading">
        <div className="panel-head">
          <h2>Batch</h2>
        </div>
        <SkeletonRows rows={6} widths={[160, 80]} />
      </section>
    </div>
  )
}
