import { headers } from 'next/headers'
import { appRouter, createContext } from '@/server/api'
import type { Me } from '@/server/api'

/** Who asks for the page, by the same check as every call; null: nobody signed in. */
export async function currentUser(): Promise<Me | null> {
  const req = new Request('http://console.invalid/', { headers: new Headers(await headers()) })
  const context = await createContext({ req, resHeaders: new Headers() })
  return appRouter.createCaller(context).auth.me()
}
