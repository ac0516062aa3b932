#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# web/packages.sh: installs the packages of package-lock.json when they are not there.
set -eu
cd "$(dirname "$0")"
cmp -s package-lock.json node_modules/.cofferdam-lock && exit 0
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || {
  echo "The dashboard's packages could not be installed. Build without it: cmake -DCOFFERDAM_WEB=OFF" >&2
  exit 1
}
cp package-lock.json node_modules/.cofferdam-lock
