#!/bin/sh
# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Fetches tonight's export to the path that it is given. Replace the server and the path by yours; the key is a secret of the CI.
set -eu
umask 077
key=$(mktemp)
trap 'rm -f "$key"' EXIT
printf '%s\n' "$HR_EXPORT_KEY" > "$key"
# The server's public key stands in known_hosts beside this file: a key that is asked for at the first meeting proves nothing.
sftp -q -i "$key" -o UserKnownHostsFile=known_hosts -o StrictHostKeyChecking=yes hr@sftp.example.com:people.csv "$1"
