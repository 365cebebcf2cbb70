import { handleV1 } from '@/server/api'

export const dynamic = 'force-dynamic'

const handle = (request: Request): Promise<Response> => handleV1(request)

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT }
