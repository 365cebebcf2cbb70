BEGIN;

-- AlterTable
ALTER TABLE "comparison" ADD COLUMN     "base" JSONB;

-- AlterTable
ALTER TABLE "correction" ADD COLUMN     "causes" JSONB,
ADD COLUMN     "cut" JSONB NOT NULL,
ADD COLUMN     "window_end" BIGINT NOT NULL;

-- CreateTable
CREATE TABLE "cell_change" (
    "version_id" INTEGER NOT NULL,
    "window_start" BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "causes" JSONB,

    CONSTRAINT "cell_change_pkey" PRIMARY KEY ("version_id","window_start","key")
);

-- CreateIndex
CREATE INDEX "correction_published_seq_id_idx" ON "correction"("published_seq", "id");

COMMIT;
