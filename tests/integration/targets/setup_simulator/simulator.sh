# shellcheck shell=bash
# To be sourced by a runme.sh: starts the simulator with the demo fleet, signs in to it by the environment, and stops it at the end.
# Afterwards: CONTROL_URL, and writes, which prints how many requests changed something since it was called last.

setting() { python -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"; }

config=../../integration_config.yml
folder=$(mktemp -d)
PYTHONPATH=$(setting "${config}" azdo_tests) "$(setting "${config}" azdo_python)" -m simulator --ready-file "${folder}/ready.json" > /dev/null &
simulator_pid=$!
trap 'kill "${simulator_pid}" || true; wait "${simulator_pid}" || true; rm -rf "${folder}"' EXIT

for _ in $(seq 300); do
    [ -e "${folder}/ready.json" ] && break
    sleep 0.1
done

AZDO_ORG_SERVICE_URL=$(setting "${folder}/ready.json" organization_url)
AZDO_PERSONAL_ACCESS_TOKEN=$(setting "${folder}/ready.json" pat)
CONTROL_URL=$(setting "${folder}/ready.json" control_url)
export AZDO_ORG_SERVICE_URL AZDO_PERSONAL_ACCESS_TOKEN CONTROL_URL

writes() {
    python - "${CONTROL_URL}" <<'PYTHON'
import json
import sys
from urllib.request import ProxyHandler, Request, build_opener

open_url = build_opener(ProxyHandler({})).open
with open_url(sys.argv[1] + "/requests?writes=true") as answer:
    print(len(json.load(answer)["value"]))
open_url(Request(sys.argv[1] + "/requests", method="DELETE")).close()
PYTHON
}

# $1 must be equal to $2; $3 says what they are.
equal() {
    if [ "$1" != "$2" ]; then
        echo "FAILED: $3: expected '$2', got '$1'" >&2
        exit 1
    fi
}
