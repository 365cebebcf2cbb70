import { headers } from 'next/headers'
import { cache } from 'react'
import { appRouter, createContext } from '@/server/api'

/** The router as whoever asks for the page may use it; one sign-in check per page. */
export const callerOfPage = cache(async () => {
  const req = new Request('http://console.invalid/', { headers: new Headers(await headers()) })
  return appRouter.createCaller(await createContext({ req, resHeaders: new Headers() }))
})
