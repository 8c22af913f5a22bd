#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Plays the commands of redis-cli.md against a running server and prints each with its answer. All
# arguments go to redis-cli:
#
#   docs/examples/tour.sh -p 6379
#
# It works in database 9, which must be empty, and leaves it so.
set -eu

cli() { redis-cli --no-raw -n 9 "$@"; }

held=$(cli "$@" DBSIZE) || { echo "tour: no server answers" >&2; exit 1; }
collections=$(cli "$@" DOC.COLLECTIONS)
if [ "$held" != "(integer) 0" ] || [ "$collections" != "(empty array)" ]; then
  echo "tour: database 9 is not empty ($held, $collections)" >&2
  exit 1
fi

# A transaction needs one connection, so its lines wait until EXEC.
transaction=""
sed -n 's/^> //p; s/^## /# /p' "$(dirname "$0")/redis-cli.md" | while IFS= read -r line; do
  case "$line" in
    "# "*) printf '\n%s\n' "$line"; continue ;;
  esac
  printf '> %s\n' "$line"
  if [ "$line" = MULTI ] || [ -n "$transaction" ]; then
    transaction="$transaction$line
"
    [ "$line" = EXEC ] || continue
    printf '%s' "$transaction" | cli "$@"
    transaction=""
  else
    printf '%s\n' "$line" | cli "$@"
  fi
done
