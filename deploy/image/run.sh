#!/bin/sh
# Runs a command as process 1 in the root folder of an image, which is read-only, as the user of the image:
#   run.sh ROOT WORKDIR USER:GROUP COMMAND...
# SIGTERM is for the child of this process; its exit code is that of the command.
set -eu
exec unshare --mount --pid --fork --kill-child=KILL sh -c '
  set -eu
  root=$1 workdir=$2 user=$3
  shift 3
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
  for device in null zero random urandom; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mount -o remount,ro,bind "$root"
  exec unshare --root "$root" --wd "$workdir" --setgid "${user#*:}" --setuid "${user%:*}" "$@"
' sh "$@"
