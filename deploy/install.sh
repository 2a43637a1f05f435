#!/bin/bash
# Install Naru on a fresh Debian 12. Read it from top to bottom before you run it, as root:
#
#     deploy/install.sh            intake and desk on this host
#     deploy/install.sh intake     the intake alone, with its own short list of packages
#
# Run from an unpacked release whose signature you checked. It installs that tree beside earlier
# ones under /opt/naru and points /opt/naru/current at it; run again with a newer tree, it updates.
set -euo pipefail
umask 022   # what is installed is for Naru's user to read, whatever the shell of root says or said
which=${1:-both}
case $which in intake | both) ;; *) echo "usage: install.sh [intake]" >&2; exit 2 ;; esac
here=$(cd "$(dirname "$0")/.." && pwd)
root=${NARU_ROOT:-}   # another root, for building an image or for a test; nothing is started there
release=$root/opt/naru/$(cd "$here" && find app config crypto migrations deploy -type f \
  ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)

echo "1. Packages of Debian: python, tor, the firewall, a clock, sysctl and the kill that tor reloads by."
if [ -z "$root" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -y -q --no-install-recommends \
    python3 python3-venv tor nftables systemd-timesyncd openssl procps
  getent group naru >/dev/null || groupadd --system naru
  id naru >/dev/null 2>&1 || useradd --system --gid naru --home /var/lib/naru --shell /usr/sbin/nologin naru
  usermod --append --groups naru debian-tor   # tor reaches the sockets, and only those
fi

echo "2. This tree, and a venv with pinned and hashed packages."
if [ ! -e "$release/.complete" ]; then
  rm -rf "$release"
  mkdir -p "$release"
  (cd "$here" && tar -c --exclude=.git --exclude=.venv --exclude=var --exclude=node_modules \
    --exclude=__pycache__ --mode=u+rwX,go=rX .) | tar -x -C "$release" --no-same-owner
  list=requirements-more.txt   # with what is optional: second factor, PostgreSQL, dossiers
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
if [ "$which" = both ]; then
  put naru-desk.service /etc/systemd/system/naru-desk.service 0644
  put naru-backup.service /etc/systemd/system/naru-backup.service 0644
  put naru-backup.timer /etc/systemd/system/naru-backup.timer 0644
fi
if [ "$which" = intake ]; then
  sed -i '/^# The members/,$d' "$root/etc/tor/torrc"
fi
install -D -m 0644 /dev/stdin "$root/etc/apparmor.d/local/system_tor" <<'RULES'
/run/naru-intake/intake.sock rw,
/run/naru-desk/desk.sock rw,
RULES
[ -n "$root" ] || cp /usr/share/systemd/tmp.mount /etc/systemd/system/tmp.mount

before=$(readlink "$root/opt/naru/current" || true)
if [ -z "$root" ] && [ "$which" = both ] && [ -n "$before" ] && [ -e /etc/naru/naru.toml ]; then
  echo "   A backup first, by the tree that made the data: /var/backups/naru/before-update"
  (cd "$before" && .venv/bin/python -m app backup --config /etc/naru/naru.toml \
    /var/backups/naru/before-update)
fi
ln -sfn "/opt/naru/$(basename "$release")" "$root/opt/naru/current"
echo "   now ${release#"$root"}${before:+, before $before}"
[ -z "$root" ] || exit 0

echo "4. Started, or started anew after the databases were migrated."
systemd-tmpfiles --create naru.conf
swapoff -a
sysctl --quiet --system || echo "   not every line of sysctl.conf holds here: the doctor says which" >&2
systemctl daemon-reload
systemctl enable --quiet --now tmp.mount systemd-timesyncd nftables tor@default naru-doctor.timer
[ "$which" = intake ] || systemctl enable --quiet --now naru-backup.timer
for one in systemd-journald apparmor tor@default; do
  systemctl restart "$one" || echo "   $one does not restart here: systemctl status $one" >&2
done
systemd-tmpfiles --remove naru.conf   # what the journal wrote before it was told not to: who came by ssh
if [ -e /etc/naru/naru.toml ]; then
  [ "$which" = intake ] || systemctl stop naru-desk
  systemctl stop naru-intake
  cd /opt/naru/current
  # An intake on a host of its own has no migrations: its database is the desk's host's to migrate.
  if [ "$which" = both ] && ! setpriv --reuid naru --regid naru --clear-groups \
    .venv/bin/python -m app update --config /etc/naru/naru.toml; then
    ln -sfn "$before" /opt/naru/current
    echo "   the databases were left as they were; back at $before" >&2
  fi
  # Rights on tables that are new, where PostgreSQL of this host keeps them.
  if grep -q '^mailbox_url = "postgresql' /etc/naru/naru.toml && id postgres >/dev/null 2>&1; then
    deploy/postgresql.sh
  fi
  systemctl start naru-intake
  [ "$which" = intake ] || systemctl start naru-desk
  cd /opt/naru/current && .venv/bin/python -m app doctor --config /etc/naru/naru.toml || true
  exit 0
fi

echo "5. Founding. The addresses tor made:"
for name in intake desk; do
  file=/var/lib/tor/naru-$name/hostname
  [ ! -e "$file" ] || echo "   $name: http://$(cat "$file")"
done
cat <<'NEXT'
   Next, as root, with paper and pencil at hand:

     install -d -m 0700 -o naru -g naru /var/lib/naru
     cd /opt/naru/current && setpriv --reuid naru --regid naru --clear-groups \
       .venv/bin/python -m app init --data /var/lib/naru \
       --intake-listen unix:/run/naru-intake/intake.sock \
       --desk-listen unix:/run/naru-desk/desk.sock
     install -m 0640 -g naru /var/lib/naru/naru.toml /etc/naru/naru.toml
     deploy/authorise lead && systemctl reload tor@default
     systemctl enable --now naru-intake naru-desk
     systemctl start naru-backup
     .venv/bin/python -m app doctor --config /etc/naru/naru.toml
NEXT
