#!/bin/sh
# Sends one message and says what became of it. Run it twice: the message is published once.
#
#   sh examples/send.sh
#
# curl repeats what was answered 408, 429, 500, 502, 503, 504 or not at all, and waits as Retry-After says.
set -u
url=${SPILLWAY_URL:-http://localhost:8000}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

status=$(curl --silent --show-error --output "$answer" --write-out '%{http_code}' \
  --max-time 10 --retry 10 --retry-all-errors --retry-max-time 30 \
  --header 'Content-Type: application/json' \
  --data '{"id":"order-1043-paid","key":"customer-7","value":{"order":1043}}' \
  "$url/v1/messages")

case "$status $(cat "$answer")" in
  202*'"status":"published"'*) echo "published $(cat "$answer")" ;;
  202*'"status":"queued"'*) echo "queued $(cat "$answer")" ;;
  202*)
    echo "dead: operators have to look at it: $(cat "$answer")" >&2
    exit 1
    ;;
  # 409: an earlier attempt is still on its way.
  000* | 408* | 409* | 429* | 5*)
    echo "unavailable $status: run this again later" >&2
    exit 75
    ;;
  *)
    echo "rejected $status: $(cat "$answer")" >&2
    exit 1
    ;;
esac
