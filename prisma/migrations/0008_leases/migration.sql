BEGIN;

-- CreateTable
CREATE TABLE "exclusive_lease" (
    "name" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "fence" BIGINT NOT NULL,
    "backend" INTEGER NOT NULL,
    "backend_start" TIMESTAMPTZ(6) NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "exclusive_lease_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "takeover" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "from_owner" TEXT NOT NULL,
    "to_owner" TEXT NOT NULL,
    "leases" INTEGER NOT NULL,
    "fenced_at" TIMESTAMPTZ(3),

    CONSTRAINT "takeover_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "takeover_from_owner_idx" ON "takeover"("from_owner");

COMMIT;
