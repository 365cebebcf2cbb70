import { v1Routes } from '../rest/v1'
import { accessRouter } from './access-router'
import { deadLettersRouter, policyRouter, systemRouter, tokensRouter, usersRouter } from './admin-router'
import { alertsRouter } from './alerts-router'
import { auditRouter } from './audit-router'
import { authRouter } from './auth-router'
import { channelsRouter } from './channels-router'
import { costsRouter } from './costs-router'
import { divergenceRouter } from './divergence-router'
import { explainRouter } from './explain-router'
import { incidentsRouter } from './incidents-router'
import { router } from './init'
import { jobsRouter } from './jobs-router'
import { liveRouter } from './live-router'
import { objectivesRouter } from './objectives-router'
import { pipelinesRouter } from './pipelines-router'
import { plansRouter } from './plans-router'
import { runbooksRouter } from './runbooks-router'
import { triageRouter } from './triage-router'
import { tracesRouter } from './traces-router'

export const appRouter = router({
  auth: authRouter,
  pipelines: pipelinesRouter,
  explain: explainRouter,
  live: liveRouter,
  divergence: divergenceRouter,
  jobs: jobsRouter,
  incidents: incidentsRouter,
  runbooks: runbooksRouter,
  plans: plansRouter,
  objectives: objectivesRouter,
  costs: costsRouter,
  triage: triageRouter,
  audit: auditRouter,
  deadLetters: deadLettersRouter,
  system: systemRouter,
  users: usersRouter,
  tokens: tokensRouter,
  alerts: alertsRouter,
  channels: channelsRouter,
  policy: policyRouter,
  traces: tracesRouter,
  access: accessRouter(() => ({ procedures: procedures(), routes: v1Routes })),
})

const procedures = (): object => appRouter._def.procedures

export type AppRouter = typeof appRouter
