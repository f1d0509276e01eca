#!/usr/bin/env bash
# Runs the commands of docs/deployment.md, "From a bare machine to three replicas", as they stand there: on a bare Debian 12 that
# systemd boots in a folder, in namespaces of its own but for the network. Root, Node 24, npm and mmdebstrap are needed.
#   deploy/walkthrough.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(realpath -m "${1:?the folder for the machine}")
root=$work/machine
mkdir -p "$work"

for port in 80 4000 4001 4002 4100 6379 6380 8080 9090; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "port $port is taken" >&2 && exit 1; fi
done

section() { sed -n '/^## From a bare machine/,/^## Checklist/p' docs/deployment.md; }
# The first block is for the build machine, the others are for the machine itself.
first_block() { section | awk '/^```sh$/ { n++; next } /^```$/ { if (n == 1) exit } n == 1'; }
other_blocks() { section | awk '/^### / { print "echo \"== " $0 "\"" } /^```sh$/ { n++; inside = 1; next } /^```$/ { inside = 0 } inside && n > 1'; }

echo '== on the build machine'
if [ ! -f "$work/kyc-graph.tgz" ]; then
  rm -rf "$work/checkout"
  git clone --quiet . "$work/checkout"
  first_block >"$work/build-commands"
  (cd "$work/checkout" && bash -eux "$work/build-commands" && mv kyc-graph.tgz "$work/")
fi

echo '== a bare machine'
[ -f "$work/bare.tar" ] || mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus bookworm "$work/bare.tar"
rm -rf "$root"
mkdir "$root"
tar -xf "$work/bare.tar" -C "$root"
cp "$work/kyc-graph.tgz" "$root/root/"
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
other_blocks >"$root/root/commands"

# systemd as process 1 of the namespaces.
cat >"$work/boot" <<'END'
set -eu
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
cd "$root"
mkdir -p .old
pivot_root . .old
exec env -i container=walkthrough PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c 'umount -l /.old && mount --make-rshared / && exec /lib/systemd/systemd --unit=multi-user.target'
END
unshare --mount --pid --cgroup --ipc --uts --fork --kill-child=KILL sh "$work/boot" "$root" >"$work/boot.log" 2>&1 </dev/null &
machine=$!
trap 'kill -KILL "$machine" 2>/dev/null || true' EXIT
sleep 1
init=$(pgrep -P "$machine")
on_machine() { nsenter --target "$init" --all --root --wd env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
until on_machine systemctl is-system-running --quiet 2>/dev/null || on_machine systemctl is-system-running 2>/dev/null | grep -q degraded; do sleep 1; done

if on_machine bash -eu /root/commands; then
  echo 'every command of the page ran'
else
  on_machine journalctl --no-pager --lines 60
  exit 1
fi
