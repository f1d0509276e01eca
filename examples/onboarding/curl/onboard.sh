#!/usr/bin/env bash
# Runs the commands of docs/onboarding.md, one after the other, against `npm run dev`.
# Needs the token of a partner, as `npm run dev` prints it: PARTNER=… examples/onboarding/curl/onboard.sh
set -euo pipefail
cd "$(dirname "$0")/../../.."
: "${PARTNER:?Set PARTNER to the token that npm run dev prints.}"

steps=$(awk '/^## With disclosures/ { exit } /^```sh$/ { shown = 1; next } /^```$/ { shown = 0 } shown' docs/onboarding.md)
eval "${steps//http:\/\/127.0.0.1:4000/${KYC_GRAPH_URL:-http:\/\/127.0.0.1:4000}}"
