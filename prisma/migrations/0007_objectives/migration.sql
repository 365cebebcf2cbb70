BEGIN;

-- CreateTable
CREATE TABLE "measurement_minute" (
    "pipeline" TEXT NOT NULL,
    "indicator" TEXT NOT NULL,
    "minute" BIGINT NOT NULL,
    "source" TEXT NOT NULL,
    "traffic" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "sum" DOUBLE PRECISION NOT NULL,
    "max" DOUBLE PRECISION NOT NULL,
    "bins" JSONB NOT NULL,

    CONSTRAINT "measurement_minute_pkey" PRIMARY KEY ("pipeline","indicator","minute","source","traffic")
);

-- CreateTable
CREATE TABLE "sli_minute" (
    "pipeline" TEXT NOT NULL,
    "indicator" TEXT NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL,
    "minute" BIGINT NOT NULL,
    "source" TEXT NOT NULL,
    "traffic" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "good" BIGINT NOT NULL,
    "total" BIGINT NOT NULL,
    "known_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reason" TEXT,

    CONSTRAINT "sli_minute_pkey" PRIMARY KEY ("pipeline","indicator","threshold","minute","source","traffic","revision")
);

-- CreateTable
CREATE TABLE "sli_hour" (
    "pipeline" TEXT NOT NULL,
    "indicator" TEXT NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL,
    "hour" BIGINT NOT NULL,
    "good_then" BIGINT NOT NULL,
    "total_then" BIGINT NOT NULL,
    "good_now" BIGINT NOT NULL,
    "total_now" BIGINT NOT NULL,
    "slices" JSONB NOT NULL,

    CONSTRAINT "sli_hour_pkey" PRIMARY KEY ("pipeline","indicator","threshold","hour")
);

-- CreateTable
CREATE TABLE "access_event" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "principal" TEXT,
    "address" TEXT NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "access_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "objective" (
    "id" TEXT NOT NULL,
    "pipeline" TEXT,
    "source" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "spec" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "objective_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "objective_version" (
    "objective_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "spec" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "objective_version_pkey" PRIMARY KEY ("objective_id","version")
);

-- CreateTable
CREATE TABLE "objective_state" (
    "objective_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "status" TEXT NOT NULL,
    "budget_left" DOUBLE PRECISION,
    "state" JSONB NOT NULL,

    CONSTRAINT "objective_state_pkey" PRIMARY KEY ("objective_id")
);

-- CreateTable
CREATE TABLE "budget_correction" (
    "id" SERIAL NOT NULL,
    "pipeline" TEXT,
    "objectives" TEXT[],
    "category" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "recurrence" JSONB,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),
    "removed_by" TEXT,

    CONSTRAINT "budget_correction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert" (
    "id" BIGSERIAL NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "pipeline" TEXT,
    "objective_id" TEXT,
    "owner" TEXT,
    "title" TEXT NOT NULL,
    "says" TEXT NOT NULL,
    "evidence" JSONB NOT NULL,
    "runbook" TEXT,
    "muted_by" JSONB,
    "muted_until" TIMESTAMPTZ(3),
    "pending_since" TIMESTAMPTZ(3) NOT NULL,
    "firing_since" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "incident_id" INTEGER,

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incident" (
    "id" SERIAL NOT NULL,
    "cause" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "owner" TEXT,
    "pipelines" TEXT[],
    "objectives" TEXT[],
    "candidates" JSONB NOT NULL DEFAULT '[]',
    "runbook" TEXT,
    "from_at" TIMESTAMPTZ(3),
    "to_at" TIMESTAMPTZ(3),
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "opened_by" TEXT NOT NULL,
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_by" TEXT,
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_by" TEXT,
    "snoozed_until" TIMESTAMPTZ(3),
    "escalation" INTEGER NOT NULL DEFAULT 0,
    "escalate_at" TIMESTAMPTZ(3),
    "postmortem" JSONB,

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incident_event" (
    "id" BIGSERIAL NOT NULL,
    "incident_id" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "says" TEXT NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "incident_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "silence" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "match" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "recurrence" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,

    CONSTRAINT "silence_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "channel" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "secret" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "removed_at" TIMESTAMPTZ(3),
    "last_sent" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "channel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification" (
    "id" BIGSERIAL NOT NULL,
    "channel_id" INTEGER NOT NULL,
    "incident_id" INTEGER,
    "kind" TEXT NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "unique_key" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runbook" (
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "match" JSONB NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "runbook_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "runbook_version" (
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "runbook_version_pkey" PRIMARY KEY ("name","version")
);

-- CreateTable
CREATE TABLE "runbook_run" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "runbook" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "incident_id" INTEGER,
    "variables" JSONB NOT NULL,
    "started_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "score" DOUBLE PRECISION,

    CONSTRAINT "runbook_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runbook_step_run" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "step" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "evidence" JSONB NOT NULL,

    CONSTRAINT "runbook_step_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "span" (
    "trace_id" TEXT NOT NULL,
    "span_id" TEXT NOT NULL,
    "parent_id" TEXT,
    "name" TEXT NOT NULL,
    "stage" TEXT NOT NULL,
    "pipeline" TEXT,
    "start_us" BIGINT NOT NULL,
    "duration_us" BIGINT NOT NULL,
    "status" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,
    "process" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "span_pkey" PRIMARY KEY ("trace_id","span_id")
);

-- CreateTable
CREATE TABLE "trace" (
    "trace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "pipeline" TEXT,
    "start_us" BIGINT NOT NULL,
    "duration_us" BIGINT NOT NULL,
    "status" TEXT NOT NULL,
    "kept" TEXT NOT NULL,
    "says" TEXT,
    "spans" INTEGER NOT NULL,
    "stages" JSONB NOT NULL,
    "exported" BOOLEAN NOT NULL DEFAULT false,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "trace_pkey" PRIMARY KEY ("trace_id")
);

-- CreateTable
CREATE TABLE "usage_minute" (
    "minute" BIGINT NOT NULL,
    "source" TEXT NOT NULL,
    "layer" TEXT NOT NULL,
    "pipeline" TEXT NOT NULL,
    "cpu_ms" DOUBLE PRECISION NOT NULL,
    "bytes_read" BIGINT NOT NULL,
    "bytes_written" BIGINT NOT NULL,
    "events" BIGINT NOT NULL,

    CONSTRAINT "usage_minute_pkey" PRIMARY KEY ("minute","source","layer","pipeline")
);

-- CreateTable
CREATE TABLE "cost_hour" (
    "hour" BIGINT NOT NULL,
    "pipeline" TEXT NOT NULL,
    "layer" TEXT NOT NULL,
    "cpu_s" DOUBLE PRECISION NOT NULL,
    "bytes_scanned" BIGINT NOT NULL,
    "bytes_stored" BIGINT NOT NULL,
    "bytes_in" BIGINT NOT NULL,
    "events" BIGINT NOT NULL,
    "amount" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "cost_hour_pkey" PRIMARY KEY ("hour","pipeline","layer")
);

-- CreateIndex
CREATE INDEX "measurement_minute_minute_idx" ON "measurement_minute"("minute");

-- CreateIndex
CREATE INDEX "sli_minute_minute_idx" ON "sli_minute"("minute");

-- CreateIndex
CREATE INDEX "sli_minute_known_at_idx" ON "sli_minute"("known_at");

-- CreateIndex
CREATE INDEX "sli_hour_hour_idx" ON "sli_hour"("hour");

-- CreateIndex
CREATE INDEX "access_event_at_idx" ON "access_event"("at");

-- CreateIndex
CREATE INDEX "objective_pipeline_idx" ON "objective"("pipeline");

-- CreateIndex
CREATE INDEX "alert_resolved_at_idx" ON "alert"("resolved_at");

-- CreateIndex
CREATE INDEX "alert_incident_id_idx" ON "alert"("incident_id");

-- CreateIndex
CREATE INDEX "alert_fingerprint_id_idx" ON "alert"("fingerprint", "id" DESC);

-- CreateIndex
CREATE INDEX "incident_state_opened_at_idx" ON "incident"("state", "opened_at");

-- CreateIndex
CREATE INDEX "incident_cause_id_idx" ON "incident"("cause", "id" DESC);

-- CreateIndex
CREATE INDEX "incident_event_incident_id_id_idx" ON "incident_event"("incident_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "notification_unique_key_key" ON "notification"("unique_key");

-- CreateIndex
CREATE INDEX "notification_state_next_at_idx" ON "notification"("state", "next_at");

-- CreateIndex
CREATE INDEX "notification_incident_id_idx" ON "notification"("incident_id");

-- CreateIndex
CREATE INDEX "runbook_run_runbook_started_at_idx" ON "runbook_run"("runbook", "started_at");

-- CreateIndex
CREATE INDEX "runbook_run_incident_id_idx" ON "runbook_run"("incident_id");

-- CreateIndex
CREATE INDEX "runbook_step_run_run_id_id_idx" ON "runbook_step_run"("run_id", "id");

-- CreateIndex
CREATE INDEX "span_at_idx" ON "span"("at");

-- CreateIndex
CREATE INDEX "trace_start_us_idx" ON "trace"("start_us" DESC);

-- CreateIndex
CREATE INDEX "trace_pipeline_start_us_idx" ON "trace"("pipeline", "start_us" DESC);

-- CreateIndex
CREATE INDEX "cost_hour_pipeline_hour_idx" ON "cost_hour"("pipeline", "hour");

COMMIT;
