import { handleTrpc } from '@/server/api'

export const dynamic = 'force-dynamic'

const handle = (request: Request): Promise<Response> => handleTrpc(request)

export { handle as GET, handle as POST }
