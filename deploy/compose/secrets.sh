#!/bin/sh
# Makes what compose.yaml needs and no repository holds, in deploy/compose/secrets. What is there already is kept.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
[ -f secrets/store-encryption-key ] || openssl rand -base64 32 >secrets/store-encryption-key
[ -f secrets/grafana-password ] || openssl rand -hex 24 >secrets/grafana-password
../redis/credentials.sh secrets redis
# The containers read the files as users of their own; the folder is closed to other users of this machine.
chmod 644 secrets/*
chmod 600 secrets/redis-ca.key
