# shellcheck shell=bash
# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# What people write by hand: the bare steps of a delta import with curl. Needs SRC, API and TOKEN.
set -euo pipefail

call() {
    curl --silent --show-error --fail --header "Authorization: Basic $TOKEN" "$@"
}

wait_for() {
    until call "$import" | grep --quiet "\"state\": *\"$1\""; do
        sleep 1
    done
}

json=(--request PATCH --header "Content-Type: application/json" --output /dev/null)

import=$(call --output /dev/null --write-out '%header{location}' --form "file=@$SRC;type=text/csv" "$API/users/imports")
call "${json[@]}" --data '{"delta": true, "encoding": "UTF-8", "separator": ";", "type": "USER",
    "mapping": {"externalId": "id", "eMail": "mail", "status": "status"}}' "$import/config"
call "${json[@]}" --data '{"state": "PREVIEW_PENDING"}' "$import"
wait_for PREVIEW_READY
call "${json[@]}" --data '{"state": "IMPORT_PENDING"}' "$import"
wait_for COMPLETED
call "$import/errors" > /dev/null
