'use client'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import { Tooltip } from 'radix-ui'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Toaster } from '@/components/ui'
import { makeClient } from './client'
import { describeError } from './describe-error'
import { toSignIn } from './sign-in-path'
import { TRPCProvider } from './trpc'

function makeQueryClient() {
  const onError = (error: unknown) => {
    if (describeError(error).code === 'unauthenticated') toSignIn()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // Everything that changes is pushed; what is fetched stays until a push says that it changed.
      queries: { staleTime: Infinity, refetchOnWindowFocus: false, retry: 1 },
      mutations: { retry: false },
    },
  })
}

/** What every page needs: server calls, URL state, tooltips and toasts. */
export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient)
  const [trpcClient] = useState(makeClient)
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        <NuqsAdapter>
          <Tooltip.Provider delayDuration={250}>
            {children}
            <Toaster />
          </Tooltip.Provider>
        </NuqsAdapter>
      </TRPCProvider>
    </QueryClientProvider>
  )
}
