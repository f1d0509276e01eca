#!/bin/sh
# Makes what compose.yaml needs and no repository holds: keys, passwords and the certificates of Redis, in deploy/compose/secrets.
# What is there already is kept. The containers read the files as another user, so they are readable; the folder is not.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets
cd secrets

[ -f store-encryption-key ] || openssl rand -base64 32 >store-encryption-key
[ -f grafana-password ] || openssl rand -hex 24 >grafana-password
[ -f redis-password ] || openssl rand -hex 32 >redis-password
digest=$(tr -d '\n' <redis-password | openssl dgst -sha256 -r | cut -d ' ' -f 1)
sed "s/<sha256 of the password>/$digest/" ../../redis/users.acl >redis-users.acl

if [ ! -f redis.crt ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=kyc-graph Redis CA' \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout redis-ca.key -out redis-ca.crt
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=redis -keyout redis.key -out redis.csr
  printf 'subjectAltName=DNS:redis,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' >redis.ext
  openssl x509 -req -in redis.csr -CA redis-ca.crt -CAkey redis-ca.key -CAcreateserial -days 825 -extfile redis.ext -out redis.crt
fi
chmod 644 ./*
chmod 600 redis-ca.key
