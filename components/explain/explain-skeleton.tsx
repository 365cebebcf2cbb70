import { SkeletonBox, SkeletonRows } from '@/components/ui'

/** The same shape as a cell's explanation. */
export function ExplainSkeleton() {
  return (
    <div className="flex flex-col gap-4 p-4">
      <SkeletonBox height={20} />
      <SkeletonBox height={150} />
      <SkeletonRows rows={6} widths={[90, 150]} />
    </div>
  )
}
