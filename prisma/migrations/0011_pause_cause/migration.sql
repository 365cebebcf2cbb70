BEGIN;

-- AlterTable
ALTER TABLE "layer_pause" ADD COLUMN     "cause" TEXT,
ADD COLUMN     "detail" JSONB;

COMMIT;
