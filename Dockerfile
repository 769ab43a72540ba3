# One image for the API and for the worker: the single binary, and beside it no shell, no package manager, no sources.
FROM oven/bun:1.4-slim AS build
WORKDIR /build
COPY package.json bun.lock ./
COPY patches patches
RUN bun install --frozen-lockfile --production
COPY src src
RUN bun run compile
# The final image has nothing that could make a directory, and its user can't write to one that root made.
RUN mkdir -p app/data app/logs

# The C library, certificates and time zones. Its user is 65532, which compose and Kubernetes can be told.
FROM gcr.io/distroless/base-nossl-debian12:nonroot
WORKDIR /app
COPY --from=build --chown=65532:65532 /build/app ./
COPY --from=build /build/dist/spillway /usr/local/bin/spillway
# Requests over HTTP under way: those beyond it wait in Bun, 256 by default, until Upstash is too late for them.
ENV BUN_CONFIG_MAX_HTTP_REQUESTS=4096
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/usr/local/bin/spillway", "health"]
ENTRYPOINT ["/usr/local/bin/spillway"]
CMD ["serve"]
