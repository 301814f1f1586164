# The operator's image: one bundled program on a base that has Node 24 and no shell. With `--target simulator` the image of
# the simulator alone.
#
#   docker buildx build --platform linux/amd64,linux/arm64 \
#     --build-arg VERSION=0.1.0 --build-arg REVISION=$(git rev-parse HEAD) .
#
# Both images are named by digest: with a tag alone, the same commit would give another image later. docs/install.md says
# how to renew them. Digests of 2026-07-30, each the index of several platforms.

# Node 24 with npm and a shell.
ARG BUILD_IMAGE=node:24.18.0-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
# Node 24 without a shell.
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:af85d11ce7ef10172855a6e3649e3e8125b1b9e3ca41849ec2918036f05cb212

# What is built is the same for every platform, so it is built on the builder's own.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# No package needs its scripts to be bundled.
RUN npm ci --ignore-scripts --prefer-offline --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.ts scripts/licences.ts scripts/sbom.ts scripts/
COPY src src
# Not by `npm run`, which prefers the package `node` in node_modules to the Node of this image.
RUN node scripts/build.ts

FROM ${BASE_IMAGE} AS simulator
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="aws-batch-simulator" \
      org.opencontainers.image.description="A simulated AWS Batch for tests" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY LICENSE package.json /app/
COPY --from=build /src/dist/simulator/*.js /src/dist/simulator/*.txt /src/dist/simulator/sbom.cdx.json /app/dist/
# A container is reached by its own address only.
ENV NODE_ENV=production \
    PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin \
    AWS_BATCH_SIMULATOR_HOST=0.0.0.0
WORKDIR /app
USER 65532:65532
EXPOSE 4566
ENTRYPOINT ["node", "/app/dist/main.js"]

FROM ${BASE_IMAGE}
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="aws-batch-operator" \
      org.opencontainers.image.description="A Kubernetes operator that makes AWS Batch declarative" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# package.json says that the program consists of ES modules.
COPY LICENSE package.json /app/
COPY --from=build /src/dist/*.js /src/dist/*.txt /src/dist/sbom.cdx.json /app/dist/
ENV NODE_ENV=production \
    PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /app
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["run"]
