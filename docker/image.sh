#!/bin/sh
# Builds the clinic's image: with Docker where its engine answers, else with buildah, which needs none.
# usage: sh docker/image.sh [TAG]; BASE=image names another base. Without BASE, buildah gets one from mmdebstrap.
set -eu
cd "$(dirname "$0")/.."
tag=${1:-fhir-facade}

if docker info >/dev/null 2>&1; then
  exec docker build ${BASE:+--build-arg "BASE=$BASE"} -t "$tag" -f docker/Dockerfile .
fi
needed="buildah mmdebstrap"
[ -z "${BASE:-}" ] || needed=buildah
for tool in $needed; do
  command -v "$tool" >/dev/null || {
    echo "$tool is missing: apt-get install buildah mmdebstrap, or start a Docker engine" >&2
    exit 1
  }
done
if [ -z "${BASE:-}" ]; then
  BASE=localhost/facade-base
  if ! buildah inspect --type image "$BASE" >/dev/null 2>&1; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    echo "making the base image $BASE with mmdebstrap"
    mmdebstrap --quiet --variant=minbase --dpkgopt=force-unsafe-io --include=ca-certificates bookworm "$work/base.tar"
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$work/base.tar" / >/dev/null
    buildah config --cmd /bin/sh "$container"
    buildah commit --quiet --rm "$container" "$BASE" >/dev/null
  fi
fi
# What this machine needs to reach a package index, the build needs too; none of it stays in the image.
bundle=${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}
set -- --build-arg "BASE=$BASE" -t "$tag"
if [ -f "$bundle" ]; then
  set -- "$@" --volume "$bundle:/run/certificates.crt:ro" --build-arg CERTIFICATES=/run/certificates.crt
fi
if [ -n "${PIP_INDEX_URL:-}" ]; then
  set -- "$@" --build-arg PIP_INDEX_URL
fi
# the format of Docker keeps the health check, which OCI's does not know
exec buildah build --isolation=chroot --format=docker "$@" -f docker/Dockerfile .
