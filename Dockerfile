# Every role of Parallax in one image: `role web`, `role speed`, … and `provision` (docs/deployment.md).
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production \
    NEXT_TELEMETRY_DISABLED=1 \
    PARALLAX_ROOT=/app \
    PARALLAX_HOST=0.0.0.0 \
    PARALLAX_DATA_DIR=/data \
    PARALLAX_ARCHIVE_DIR=/archive \
    PARALLAX_HEALTH_PORT=8080 \
    PORT=3000
COPY --from=build /app/package.json /app/next.config.ts ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/prisma ./prisma
COPY --from=build /app/pipelines ./pipelines
COPY --from=build /app/public ./public
COPY --from=build /app/.next ./.next
COPY --from=build /app/dist ./dist
RUN mkdir -p /data/spill /archive .next/cache && chown -R 1000:1000 /data /archive .next/cache
USER 1000:1000
EXPOSE 3000 8080
STOPSIGNAL SIGTERM
# The console answers on PORT, every other role on PARALLAX_HEALTH_PORT.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const ask = (port) => fetch(`http://127.0.0.1:${port}/healthz`).then((r) => { if (!r.ok) throw r }); Promise.any([process.env.PORT, process.env.PARALLAX_HEALTH_PORT].map(ask)).catch(() => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "dist/parallax.mjs"]
CMD ["help"]
