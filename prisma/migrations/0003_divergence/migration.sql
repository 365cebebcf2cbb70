BEGIN;

-- AlterTable
ALTER TABLE "job" ADD COLUMN     "bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "governor" JSONB,
ADD COLUMN     "pause_requested" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "pipeline" ADD COLUMN     "shadow_id" INTEGER;

-- AlterTable
ALTER TABLE "plan" ADD COLUMN     "approvals" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "is_proposal" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "needs_second" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "preview" JSONB;

-- CreateTable
CREATE TABLE "comparison" (
    "version_id" INTEGER NOT NULL,
    "compute_id" INTEGER NOT NULL,
    "cells" INTEGER NOT NULL,
    "differing" INTEGER NOT NULL,
    "beyond" INTEGER NOT NULL,
    "drifting" INTEGER NOT NULL,
    "in_flight" INTEGER NOT NULL,
    "measures" JSONB NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "comparison_pkey" PRIMARY KEY ("version_id")
);

-- CreateTable
CREATE TABLE "divergence_cell" (
    "compute_id" INTEGER NOT NULL,
    "window_start" BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    "measure" TEXT NOT NULL,
    "version_id" INTEGER NOT NULL,
    "speed" DECIMAL,
    "batch" DECIMAL,
    "difference" DECIMAL NOT NULL,
    "relative" DOUBLE PRECISION NOT NULL,
    "late" DECIMAL NOT NULL DEFAULT 0,
    "duplicate" DECIMAL NOT NULL DEFAULT 0,
    "invalid" DECIMAL NOT NULL DEFAULT 0,
    "approximation" DECIMAL NOT NULL DEFAULT 0,
    "hole" DECIMAL NOT NULL DEFAULT 0,
    "schema" DECIMAL NOT NULL DEFAULT 0,
    "drift" DECIMAL NOT NULL DEFAULT 0,
    "main_cause" TEXT NOT NULL,
    "events" JSONB NOT NULL,
    "state" TEXT NOT NULL,

    CONSTRAINT "divergence_cell_pkey" PRIMARY KEY ("compute_id","window_start","key","measure","version_id")
);

-- CreateTable
CREATE TABLE "correction" (
    "id" BIGSERIAL NOT NULL,
    "compute_id" INTEGER NOT NULL,
    "pipeline" TEXT NOT NULL,
    "publication" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "window_start" BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "version_id" INTEGER,
    "job_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_seq" BIGINT,

    CONSTRAINT "correction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "layer_pause" (
    "id" SERIAL NOT NULL,
    "pipeline" TEXT NOT NULL,
    "layer" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "until_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,

    CONSTRAINT "layer_pause_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quarantine" (
    "id" SERIAL NOT NULL,
    "type" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "released_at" TIMESTAMPTZ(3),
    "released_by" TEXT,
    "redriven_at" TIMESTAMPTZ(3),
    "redriven_seq" BIGINT NOT NULL DEFAULT 0,
    "events" BIGINT NOT NULL DEFAULT 0,
    "min_time" BIGINT,
    "max_time" BIGINT,
    "hole_id" INTEGER,
    "job_id" UUID,

    CONSTRAINT "quarantine_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "comparison_compute_id_at_idx" ON "comparison"("compute_id", "at");

-- CreateIndex
CREATE INDEX "divergence_cell_version_id_relative_idx" ON "divergence_cell"("version_id", "relative" DESC);

-- CreateIndex
CREATE INDEX "correction_compute_id_id_idx" ON "correction"("compute_id", "id");

-- CreateIndex
CREATE INDEX "correction_compute_id_window_start_key_idx" ON "correction"("compute_id", "window_start", "key");

-- CreateIndex
CREATE INDEX "layer_pause_pipeline_layer_idx" ON "layer_pause"("pipeline", "layer");

-- CreateIndex
CREATE INDEX "quarantine_type_source_idx" ON "quarantine"("type", "source");

COMMIT;
