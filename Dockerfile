# One image for the API and for the worker: the command says which.
FROM oven/bun:1.4-alpine AS install
WORKDIR /app
COPY package.json bun.lock ./
COPY patches patches
RUN bun install --frozen-lockfile --production

FROM oven/bun:1.4-alpine
WORKDIR /app
ENV NODE_ENV=production
COPY --from=install /app/node_modules node_modules
COPY package.json ./
COPY src src
# The image's own user can't write to a volume that root made.
RUN mkdir -p data logs && chown bun:bun data logs
USER bun
EXPOSE 8000
# The port may be set: it is read where the check runs.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD bun -e "fetch('http://127.0.0.1:' + (process.env.PORT || 8000) + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
CMD ["bun", "src/entry/bun.ts"]
