'use client'
import dynamic from 'next/dynamic'
import { SkeletonBox } from '@/components/ui'

/** The drawing library is fetched beside the page, not before it. */
export const LazySeriesChart = dynamic(async () => (await import('./series-chart')).SeriesChart, {
  ssr: false,
  loading: () => <SkeletonBox height={270} />,
})
