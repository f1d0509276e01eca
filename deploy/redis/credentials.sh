#!/bin/sh
# Makes the password of Redis, the file of its users, and a certificate with an authority of its own: credentials.sh FOLDER NAME
# NAME is the host name under which the server is reached. What is there already is kept.
set -eu
acl=$(dirname "$(realpath "$0")")/users.acl
mkdir -p "$1"
cd "$1"

[ -f redis-password ] || openssl rand -hex 32 >redis-password
digest=$(tr -d '\n' <redis-password | openssl dgst -sha256 -r | cut -d ' ' -f 1)
sed "s/<sha256 of the password>/$digest/" "$acl" >users.acl

if [ ! -f redis.crt ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=Redis of kyc-graph' \
    -addext keyUsage=critical,keyCertSign -keyout redis-ca.key -out redis-ca.crt 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout redis.key -out redis.csr 2>/dev/null
  printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' "$2" >redis.ext
  openssl x509 -req -in redis.csr -CA redis-ca.crt -CAkey redis-ca.key -CAcreateserial -days 825 -extfile redis.ext \
    -out redis.crt 2>/dev/null
  rm redis.csr redis.ext
fi
