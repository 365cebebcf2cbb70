BEGIN;

-- CreateTable
CREATE TABLE "disk_use" (
    "host" TEXT NOT NULL,
    "part" TEXT NOT NULL,
    "total_bytes" BIGINT NOT NULL,
    "free_bytes" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "disk_use_pkey" PRIMARY KEY ("host","part")
);

COMMIT;
