BEGIN;

-- AlterTable
ALTER TABLE "closed_epoch" ADD COLUMN     "state" JSONB;

-- AlterTable
ALTER TABLE "hole" ADD COLUMN     "compute_id" INTEGER;

COMMIT;
