#!/bin/bash
# rollback.sh TREE [REVISION...]: go back to an earlier tree under /opt/naru, its databases with it.
#
#     deploy/rollback.sh 3f2a91c07be4 mailbox_0001 casebook_0001
#
# The revisions are those of the earlier tree (HEAD in its app/*/tables.py). What only the newer
# tables could hold is gone afterwards: take a backup first.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: rollback.sh TREE [REVISION...]" >&2; exit 2; }
tree=/opt/naru/$1
shift
[ -e "$tree/.complete" ] || { echo "no such tree: $tree" >&2; exit 1; }
back=()
for revision in "$@"; do back+=(--back-to "$revision"); done
systemctl stop naru-intake naru-desk
if [ "${#back[@]}" -gt 0 ]; then
  (cd /opt/naru/current && setpriv --reuid naru --regid naru --clear-groups \
    .venv/bin/python -m app update --config /etc/naru/naru.toml "${back[@]}")
fi
ln -sfn "$tree" /opt/naru/current
systemctl start naru-intake naru-desk
