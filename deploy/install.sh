#!/bin/bash
# Install Naru on a fresh Debian 12. Read it from top to bottom before you run it, as root:
#
#     deploy/install.sh            intake and desk on this host
#     deploy/install.sh intake     the intake alone, with its own short list of packages
#
# Run from an unpacked release whose signature you checked. It installs that tree beside earlier
# ones under /opt/naru and points /opt/naru/current at it; run again with a newer tree, it updates.
set -euo pipefail
which=${1:-both}
case $which in intake | both) ;; *) echo "usage: install.sh [intake]" >&2; exit 2 ;; esac
here=$(cd "$(dirname "$0")/.." && pwd)
root=${NARU_ROOT:-}   # another root, for building an image or for a test; nothing is started there
release=$root/opt/naru/$(cd "$here" && find app config crypto migrations deploy -type f \
  ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)

echo "1. Packages of Debian: python, tor, the firewall, a clock."
if [ -z "$root" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -y -q --no-install-recommends \
    python3 python3-venv tor nftables systemd-timesyncd openssl
  getent group naru >/dev/null || groupadd --system naru
  id naru >/dev/null 2>&1 || useradd --system --gid naru --home /var/lib/naru --shell /usr/sbin/nologin naru
  usermod --append --groups naru debian-tor   # tor reaches the sockets, and only those
fi

echo "2. This tree, and a venv with pinned and hashed packages."
if [ ! -e "$release/.complete" ]; then
  rm -rf "$release"
  mkdir -p "$release"
  (cd "$here" && tar -c --exclude=.git --exclude=.venv --exclude=var --exclude=node_modules \
    --exclude=__pycache__ .) | tar -x -C "$release" --no-same-owner
  list=requirements.txt
  [ "$which" = both ] || list=deploy/requirements-intake.txt
  if [ -z "${NARU_NO_PIP:-}" ]; then
    python3 -m venv "$release/.venv"
    "$release/.venv/bin/pip" install --quiet --require-hashes -r "$release/$list"
  fi
  touch "$release/.complete"
fi

echo "3. What keeps memory off the disk, addresses out of logs, and all but tor off the network."
put() { install -D -m "$3" "$here/deploy/$1" "$root$2"; }
put sysctl.conf /etc/sysctl.d/60-naru.conf 0644
put journald.conf /etc/systemd/journald.conf.d/60-naru.conf 0644
put tmpfiles.conf /etc/tmpfiles.d/naru.conf 0644
put nftables.conf /etc/nftables.conf 0644
put torrc /etc/tor/torrc 0644
put naru-intake.service /etc/systemd/system/naru-intake.service 0644
put naru-doctor.service /etc/systemd/system/naru-doctor.service 0644
put naru-doctor.timer /etc/systemd/system/naru-doctor.timer 0644
[ "$which" = intake ] || put naru-desk.service /etc/systemd/system/naru-desk.service 0644
if [ "$which" = intake ]; then
  sed -i '/^# The members/,$d' "$root/etc/tor/torrc"
fi
install -D -m 0644 /dev/stdin "$root/etc/apparmor.d/local/system_tor" <<'RULES'
/run/naru-intake/intake.sock rw,
/run/naru-desk/desk.sock rw,
RULES
[ -n "$root" ] || cp /usr/share/systemd/tmp.mount /etc/systemd/system/tmp.mount

before=$(readlink "$root/opt/naru/current" || true)
ln -sfn "/opt/naru/$(basename "$release")" "$root/opt/naru/current"
echo "   now ${release#"$root"}${before:+, before $before}"
[ -z "$root" ] || exit 0

echo "4. Started, or started anew after the databases were migrated."
systemd-tmpfiles --create naru.conf
swapoff -a
sysctl --quiet --system
systemctl daemon-reload
systemctl enable --quiet --now tmp.mount systemd-timesyncd nftables tor@default naru-doctor.timer
systemctl restart systemd-journald apparmor tor@default || true
if [ -e /etc/naru/naru.toml ]; then
  systemctl stop naru-intake naru-desk 2>/dev/null || true
  cd /opt/naru/current
  if ! setpriv --reuid naru --regid naru --clear-groups \
    .venv/bin/python -m app update --config /etc/naru/naru.toml; then
    ln -sfn "$before" /opt/naru/current
    echo "   the databases were left as they were; back at $before" >&2
  fi
  systemctl start naru-intake
  [ "$which" = intake ] || systemctl start naru-desk
  .venv/bin/python -m app doctor --config /etc/naru/naru.toml || true
  exit 0
fi

echo "5. Founding. The addresses tor made:"
for name in intake desk; do
  file=/var/lib/tor/naru-$name/hostname
  [ ! -e "$file" ] || echo "   $name: http://$(cat "$file")"
done
cat <<'NEXT'
   Next, as root, with paper and pencil at hand:

     cd /opt/naru/current && runuser -u naru -- .venv/bin/python -m app init \
       --data /var/lib/naru \
       --intake-listen unix:/run/naru-intake/intake.sock \
       --desk-listen unix:/run/naru-desk/desk.sock
     install -m 0640 -g naru /var/lib/naru/naru.toml /etc/naru/naru.toml
     deploy/authorise lead && systemctl reload tor@default
     systemctl enable --now naru-intake naru-desk
     .venv/bin/python -m app doctor --config /etc/naru/naru.toml
NEXT
