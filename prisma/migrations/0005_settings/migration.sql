BEGIN;

-- AlterTable
ALTER TABLE "session" ADD COLUMN     "address" TEXT,
ADD COLUMN     "agent" TEXT;

-- AlterTable
ALTER TABLE "api_token" ADD COLUMN     "last_used_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "audit_entry_actor_seq_idx" ON "audit_entry"("actor", "seq" DESC);

-- CreateIndex
CREATE INDEX "audit_entry_action_seq_idx" ON "audit_entry"("action", "seq" DESC);

-- CreateIndex
CREATE INDEX "audit_entry_object_seq_idx" ON "audit_entry"("object", "seq" DESC);

-- CreateIndex
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at");

COMMIT;
