#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# web/build.sh FOLDER: builds the dashboard into FOLDER. The packages of package-lock.json are
# installed when they are not those that lie in node_modules; builds of two presets take turns.
set -eu
out="$1"
cd "$(dirname "$0")"
exec 9>.lock
if command -v flock >/dev/null; then flock 9; fi
./packages.sh
node node_modules/vite/bin/vite.js build --outDir "$out" --emptyOutDir --logLevel warn
