#!/usr/bin/env bash
# The inventory plugin, as the source of plays and of ansible-inventory.
set -eu

# shellcheck source-path=SCRIPTDIR/../setup_simulator source=simulator.sh
. ../setup_simulator/simulator.sh
export ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true

names() { python -c 'import json, sys; print(" ".join(sorted(json.load(sys.stdin)["_meta"]["hostvars"])))'; }
fails() {
    if "$@" > "${folder}/output" 2>&1; then
        echo "FAILED: this should not work: $*" >&2
        exit 1
    fi
}

# Variables, groups, and the names of the demo fleet.
ansible-playbook -i plain.azdo.yml -i constructed.azdo.yml test.yml "$@"

# Filters.
equal "$(ansible-inventory -i filtered.azdo.yml --list | names)" "mobile-apps web-shop" "filtered hosts"
fails ansible-inventory -i unknown.azdo.yml --list
tr -s ' \n' ' ' < "${folder}/output" | grep "names the project 'Nowhere', which does not exist or is not visible"

# A second reading comes from the cache, whoever asks; --flush-cache asks again.
export ANSIBLE_INVENTORY_CACHE=true ANSIBLE_INVENTORY_CACHE_PLUGIN=ansible.builtin.jsonfile ANSIBLE_INVENTORY_CACHE_CONNECTION="${folder}/cache"
first=$(ansible-inventory -i plain.azdo.yml --list | names)
equal "$(AZDO_PERSONAL_ACCESS_TOKEN=not-the-token-of-this-organization ansible-inventory -i plain.azdo.yml --list | names)" "${first}" "cached hosts"
grep -r "${AZDO_PERSONAL_ACCESS_TOKEN}" "${folder}/cache" && exit 1
AZDO_PERSONAL_ACCESS_TOKEN=not-the-token-of-this-organization fails ansible-inventory -i plain.azdo.yml --list --flush-cache
unset ANSIBLE_INVENTORY_CACHE

# Errors are a sentence, and no secret is in it.
AZDO_PERSONAL_ACCESS_TOKEN=not-the-token-of-this-organization fails ansible-inventory -vvvv -i plain.azdo.yml --list
tr -s ' \n' ' ' < "${folder}/output" | grep "did not accept the credential"
grep "not-the-token" "${folder}/output" && exit 1
AZDO_ORG_SERVICE_URL='' fails ansible-inventory -i plain.azdo.yml --list
tr -s ' \n' ' ' < "${folder}/output" | grep "organization_url is not set"
cp plain.azdo.yml "${folder}/plain.yml"
fails ansible-inventory -i "${folder}/plain.yml" --list

equal "$(writes)" 0 "writes"
