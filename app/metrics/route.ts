import { handleMetrics } from '@/server/api'

export const dynamic = 'force-dynamic'

export const GET = (): Promise<Response> => handleMetrics()
