import { auditRouter, deadLettersRouter, systemRouter, tokensRouter, usersRouter } from './admin-router'
import { authRouter } from './auth-router'
import { divergenceRouter } from './divergence-router'
import { router } from './init'
import { jobsRouter } from './jobs-router'
import { liveRouter } from './live-router'
import { pipelinesRouter } from './pipelines-router'
import { plansRouter } from './plans-router'

export const appRouter = router({
  auth: authRouter,
  pipelines: pipelinesRouter,
  live: liveRouter,
  divergence: divergenceRouter,
  jobs: jobsRouter,
  plans: plansRouter,
  audit: auditRouter,
  deadLetters: deadLettersRouter,
  system: systemRouter,
  users: usersRouter,
  tokens: tokensRouter,
})

export type AppRouter = typeof appRouter
