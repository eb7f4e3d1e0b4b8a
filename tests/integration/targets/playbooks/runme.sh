#!/usr/bin/env bash
# The playbooks of the collection by their full names: on localhost for the organization, and in waves of projects.
set -eu

# shellcheck source-path=SCRIPTDIR/../setup_simulator source=simulator.sh
. ../setup_simulator/simulator.sh
export ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true
here=${PWD}

# $1 is a file of the role, $2 a status or a scheme: how many connections have it.
count() {
    python - "$1" "$2" <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    rows = json.load(file)["connections"]
print(sum(sys.argv[2] in (row.get("status"), row.get("scheme")) for row in rows))
PYTHON
}
play() {
    name=$1
    shift
    ansible-playbook "azdo.connections.${name}" "$@"
}
hosts=(-i "${here}/projects.azdo.yml" -e fleet_hosts=azdo_projects)

# A relative path is relative to where the user is.
cd "${folder}"
play report -e fleet_report_path=before.json "$@"
secrets=$(count before.json service_principal)

# Surveys send empty texts; check mode writes nothing.
play convert --check --diff -e fleet_report_path=foreseen.json -e fleet_hosts= -e fleet_serial= -e fleet_projects= -e fleet_connections= "$@"
equal "$(writes)" 0 "writes of the plan"
planned=$(count foreseen.json would_convert)

# Without anybody's agreement nothing is converted.
play convert "$@" > output && exit 1
grep "Nobody has agreed" output
equal "$(writes)" 0 "writes without agreement"

# What was planned and agreed to: one project as the first wave, then the rest; lists and numbers are texts.
play plan "${hosts[@]}" --limit 'payments,data-platform' -e fleet_plan_path=plan.json "$@"
digest=$(python -c 'import json; print(json.load(open("plan.json", encoding="utf-8"))["digest"])')
play convert "${hosts[@]}" --limit 'payments,data-platform' -e fleet_serial='1,100%' -e fleet_concurrency=4 -e fleet_report_path=some.json \
    -e fleet_plan_path=plan.json -e "fleet_plan_digest=${digest}" "$@"
some=$(count some.json converted)
equal "$(writes)" "${some}" "writes of the first run"

# Lists as lists; what is left of the plan.
play convert "${hosts[@]}" -e '{"fleet_serial": [1, "50%", "100%"]}' -e fleet_confirm=none -e fleet_report_path=rest.json "$@"
rest=$(count rest.json converted)
equal "$((some + rest))" "${planned}" "converted as planned"
equal "$(writes)" "${rest}" "writes of the second run"

# Again: nothing.
play convert "${hosts[@]}" -e fleet_confirm=none -e fleet_report_path=again.json "$@"
equal "$(writes)" 0 "writes of the last run"
equal "$(count again.json converted)" 0 "converted again"
play report -e fleet_report_path=after.json "$@"
equal "$(count after.json service_principal)" "$((secrets - planned))" "secrets that are left"

# Back, all of two projects.
two=(--limit 'payments,data-platform' -e fleet_serial=1)
play revert "${hosts[@]}" "${two[@]}" -e fleet_revert_all=true -e fleet_report_path=back.json "$@"
back=$(count back.json reverted)
equal "$(writes)" "${back}" "writes of the way back"
equal "${back}" "${some}" "reverted"

# A wave that fails stops the next one, and its table, its sentence and its file are there.
python - "${CONTROL_URL}" <<'PYTHON'
import json
import sys
from urllib.request import ProxyHandler, Request, build_opener

fault = {"method": "PUT", "path": "/serviceendpoint/endpoints/", "times": 1, "status": 403, "body": {"message": "Planted refusal."}}
request = Request(sys.argv[1] + "/faults", json.dumps(fault).encode(), {"Content-Type": "application/json"}, method="POST")
build_opener(ProxyHandler({})).open(request).close()
PYTHON
play convert "${hosts[@]}" "${two[@]}" -e fleet_confirm=none -e fleet_report_path=failed.json "$@" > output && exit 1
grep "Planted refusal" output
equal "$(count failed.json failed)" 1 "failed"
grep '"Payments"' failed.json && exit 1
equal "$(writes)" "$(($(count failed.json converted) + 1))" "writes of the wave that failed"
