import { handleHealthz } from '@/server/api'

export const dynamic = 'force-dynamic'

export const GET = (): Response => handleHealthz()
