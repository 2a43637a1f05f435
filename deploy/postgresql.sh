#!/bin/bash
# postgresql.sh: Debian's PostgreSQL on this host, with Naru's roles and databases. As root; run it
# again once there are tables, and install.sh runs it again after each update.
set -euo pipefail
cd "$(dirname "$0")"
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql

as_superuser() { runuser -u postgres -- psql -v ON_ERROR_STOP=1 -q "$@"; }
folder=$(dirname "$(as_superuser -A -t -c 'SHOW hba_file')")

# Nobody has a password: over the Unix socket the system says who comes. Naru's user and root may
# come as Naru's roles, and into Naru's databases nobody else but the superuser may come at all.
if ! grep -q '^naru ' "$folder/pg_ident.conf"; then
  for who in naru root; do
    for role in naru_owner naru_intake naru_desk; do echo "naru $who $role"; done
  done >>"$folder/pg_ident.conf"
  echo "naru postgres postgres" >>"$folder/pg_ident.conf"
fi
if ! grep -q 'map=naru' "$folder/pg_hba.conf"; then
  sed -i '1i local naru_mailbox,naru_casebook all peer map=naru\nhost naru_mailbox,naru_casebook all all reject' \
    "$folder/pg_hba.conf"
fi
systemctl reload postgresql
as_superuser <postgresql.sql
