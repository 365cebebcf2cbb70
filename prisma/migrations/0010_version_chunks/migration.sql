BEGIN;

-- AlterTable
ALTER TABLE "archive_segment" ADD COLUMN     "checked_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "version_chunk" (
    "version_id" INTEGER NOT NULL,
    "range_from" BIGINT NOT NULL,
    "range_to" BIGINT NOT NULL,
    "rows" INTEGER NOT NULL,

    CONSTRAINT "version_chunk_pkey" PRIMARY KEY ("version_id","range_from")
);

COMMIT;
