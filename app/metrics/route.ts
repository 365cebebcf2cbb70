import { handleMetrics } from '@/server/api'

export const dynamic = 'force-dynamic'

export const GET = (request: Request): Promise<Response> => handleMetrics(request)
