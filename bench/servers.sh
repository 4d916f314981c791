#!/usr/bin/env bash
# Side-by-side benchmark of whole servers. The harness lives outside this repository: point
# WATCHFIRE_BENCH at it (default ../shared/bench). It is copied, because it builds beside itself.
set -euo pipefail
cd "$(dirname "$0")/.."
source=${WATCHFIRE_BENCH:-../shared/bench}
if [ ! -f "$source/run.py" ]; then
  echo "bench: no harness at $source (set WATCHFIRE_BENCH); skipped"
  exit 0
fi
mkdir -p build/bench
cp -r "$source/." build/bench/
chmod -R u+w build/bench
cd build/bench
make -s
kind=$1
shift
program=(run.py "$kind")
if [ "$kind" = live ]; then
  export WATCHFIRE_BENCH=$PWD
  program=(../../tests/bench/live_queries.py)
fi
if [ "$kind" = rules ]; then
  export WATCHFIRE_BENCH=$PWD
  program=(../../tests/bench/rules_load.py)
fi
exec /usr/bin/python3 "${program[@]}" \
  --server "${WATCHFIRE_BENCH_SERVERS:-prometheus,victoria,watchfire=$PWD/../bin/watchfire}" "$@"
