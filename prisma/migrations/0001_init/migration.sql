BEGIN;

-- CreateTable
CREATE TABLE "user_account" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "schema_version" (
    "id" SERIAL NOT NULL,
    "subject" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "schema" TEXT NOT NULL,
    "since_seq" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "schema_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "archive_segment" (
    "id" SERIAL NOT NULL,
    "type" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "seq_from" BIGINT NOT NULL,
    "seq_to" BIGINT NOT NULL,
    "rows" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "min_time" BIGINT NOT NULL,
    "max_time" BIGINT NOT NULL,
    "checksum" TEXT NOT NULL,
    "columns" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "archive_segment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "archive_position" (
    "id" INTEGER NOT NULL,
    "seq" BIGINT NOT NULL,
    "fence" BIGINT NOT NULL,
    "owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "archive_position_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dead_letter" (
    "seq" BIGINT NOT NULL,
    "index" INTEGER NOT NULL,
    "subject" TEXT NOT NULL,
    "type" TEXT,
    "source" TEXT,
    "event_id" TEXT,
    "code" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "raw" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "dead_letter_pkey" PRIMARY KEY ("seq","index")
);

-- CreateTable
CREATE TABLE "pipeline" (
    "name" TEXT NOT NULL,
    "version_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "pipeline_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "pipeline_version" (
    "id" SERIAL NOT NULL,
    "pipeline" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "compute_id" INTEGER NOT NULL,
    "created_by" TEXT NOT NULL,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pipeline_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "compute" (
    "id" SERIAL NOT NULL,
    "pipeline" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "partitions" INTEGER NOT NULL,
    "publication" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "compute_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "speed_position" (
    "compute_id" INTEGER NOT NULL,
    "partition" INTEGER NOT NULL,
    "seq" BIGINT NOT NULL DEFAULT 0,
    "watermark" BIGINT,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "log_time" BIGINT,
    "messages" BIGINT NOT NULL DEFAULT 0,
    "events" BIGINT NOT NULL DEFAULT 0,
    "accepted" BIGINT NOT NULL DEFAULT 0,
    "filtered" BIGINT NOT NULL DEFAULT 0,
    "late" BIGINT NOT NULL DEFAULT 0,
    "duplicate" BIGINT NOT NULL DEFAULT 0,
    "invalid" BIGINT NOT NULL DEFAULT 0,
    "fence" BIGINT NOT NULL DEFAULT 0,
    "owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "speed_position_pkey" PRIMARY KEY ("compute_id","partition")
);

-- CreateTable
CREATE TABLE "closed_epoch" (
    "compute_id" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "partition" INTEGER NOT NULL,
    "seq" BIGINT NOT NULL,
    "watermark" BIGINT,
    "closed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "closed_epoch_pkey" PRIMARY KEY ("compute_id","epoch","partition")
);

-- CreateTable
CREATE TABLE "speed_bucket" (
    "compute_id" INTEGER NOT NULL,
    "window_start" BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "partition" INTEGER NOT NULL,
    "acc" DECIMAL[],
    "sketch" BYTEA,
    "late" INTEGER NOT NULL DEFAULT 0,
    "duplicate" INTEGER NOT NULL DEFAULT 0,
    "invalid" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "speed_bucket_pkey" PRIMARY KEY ("compute_id","window_start","key","epoch","partition")
);

-- CreateTable
CREATE TABLE "version" (
    "id" SERIAL NOT NULL,
    "compute_id" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "pipeline" TEXT NOT NULL,
    "range_from" BIGINT NOT NULL,
    "range_to" BIGINT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "cut" BIGINT[],
    "watermark" BIGINT,
    "state" TEXT NOT NULL,
    "digest" TEXT,
    "rows" INTEGER NOT NULL DEFAULT 0,
    "events" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "schemas" JSONB NOT NULL,
    "job_id" UUID,
    "created_by" TEXT NOT NULL,
    "reason" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "published_at" TIMESTAMPTZ(3),

    CONSTRAINT "version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "version_cell" (
    "version_id" INTEGER NOT NULL,
    "window_start" BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    "acc" DECIMAL[],
    "sketch" BYTEA,

    CONSTRAINT "version_cell_pkey" PRIMARY KEY ("version_id","window_start","key")
);

-- CreateTable
CREATE TABLE "publication" (
    "compute_id" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "job_id" UUID,
    "actor" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "publication_pkey" PRIMARY KEY ("compute_id","number")
);

-- CreateTable
CREATE TABLE "publication_range" (
    "id" SERIAL NOT NULL,
    "compute_id" INTEGER NOT NULL,
    "range_from" BIGINT NOT NULL,
    "range_to" BIGINT NOT NULL,
    "version_id" INTEGER NOT NULL,
    "since_number" INTEGER NOT NULL,
    "until_number" INTEGER,

    CONSTRAINT "publication_range_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hole" (
    "id" SERIAL NOT NULL,
    "type" TEXT NOT NULL,
    "partition" INTEGER,
    "seq_from" BIGINT NOT NULL,
    "seq_to" BIGINT NOT NULL,
    "from_time" BIGINT,
    "to_time" BIGINT,
    "layer" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "hole_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plan" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "kind" TEXT NOT NULL,
    "pipeline" TEXT NOT NULL,
    "request" JSONB NOT NULL,
    "items" JSONB NOT NULL,
    "expected" JSONB NOT NULL,
    "blast_radius" JSONB NOT NULL,
    "estimate" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "applied_at" TIMESTAMPTZ(3),
    "applied_by" TEXT,
    "reason" TEXT,
    "job_id" UUID,

    CONSTRAINT "plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "kind" TEXT NOT NULL,
    "pipeline" TEXT NOT NULL,
    "plan_id" UUID,
    "payload" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "items" JSONB NOT NULL DEFAULT '[]',
    "result" JSONB,
    "error" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "max_attempts" INTEGER NOT NULL DEFAULT 3,
    "run_after" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "eta_at" TIMESTAMPTZ(3),
    "dedupe_key" TEXT,
    "created_by" TEXT NOT NULL,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fence" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "seq" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "object" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "prev_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "worker" (
    "id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "detail" JSONB NOT NULL,

    CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_account_email_key" ON "user_account"("email");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_token_hash_key" ON "api_token"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "schema_version_subject_version_key" ON "schema_version"("subject", "version");

-- CreateIndex
CREATE INDEX "archive_segment_type_state_min_time_idx" ON "archive_segment"("type", "state", "min_time");

-- CreateIndex
CREATE INDEX "dead_letter_code_idx" ON "dead_letter"("code");

-- CreateIndex
CREATE UNIQUE INDEX "pipeline_version_pipeline_version_key" ON "pipeline_version"("pipeline", "version");

-- CreateIndex
CREATE UNIQUE INDEX "compute_pipeline_hash_key" ON "compute"("pipeline", "hash");

-- CreateIndex
CREATE INDEX "version_compute_id_state_idx" ON "version"("compute_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "version_pipeline_number_key" ON "version"("pipeline", "number");

-- CreateIndex
CREATE INDEX "publication_range_compute_id_range_to_idx" ON "publication_range"("compute_id", "range_to");

-- CreateIndex
CREATE INDEX "hole_type_idx" ON "hole"("type");

-- CreateIndex
CREATE INDEX "plan_pipeline_created_at_idx" ON "plan"("pipeline", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "job_dedupe_key_key" ON "job"("dedupe_key");

-- CreateIndex
CREATE INDEX "job_status_run_after_idx" ON "job"("status", "run_after");

-- CreateIndex
CREATE INDEX "job_pipeline_created_at_idx" ON "job"("pipeline", "created_at");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

COMMIT;
