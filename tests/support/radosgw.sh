#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Ceph's S3 gateway over one monitor and one OSD that keeps everything in memory. Arguments: an
# empty folder, a port for the monitor, a port for the gateway. Keys come through the environment:
# ACCESS_KEY and SECRET_KEY. Says "listening" once it answers; ends when it is killed.
set -euo pipefail
folder=$1 monitor=$2 gateway=$3

pause() {
  read -rt 0.2 <> <(:) || true
}
# Whoever asks the monitor before it has its map is refused ("wrong fsid", or EPERM). The test
# that started us waits for two minutes and no longer; what was said last is there to read then.
insist() {
  until "$@" >/dev/null 2>"$folder/said.$1"; do
    echo "$* failed: $(tail -n 1 "$folder/said.$1")" >&2
    pause
  done
}

fsid=$(cat /proc/sys/kernel/random/uuid)
osd=$(cat /proc/sys/kernel/random/uuid)
conf=$folder/ceph.conf
cd "$folder"
mkdir -p mon osd run rgw

cat >"$conf" <<CONF
[global]
fsid = $fsid
auth cluster required = none
auth service required = none
auth client required = none
auth supported = none
mon host = [v1:127.0.0.1:$monitor]
ms bind msgr2 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
osd objectstore = memstore
mon data = $folder/mon
osd data = $folder/osd
run dir = $folder/run
pid file = $folder/run/\$name.pid
admin socket = $folder/run/\$name.\$pid.asok
log file = $folder/run/\$name.log
rgw data = $folder/rgw
rgw dns name = s3.localhost
rgw frontends = beast endpoint=127.0.0.1:$gateway tcp_nodelay=1
rgw thread pool size = 16
CONF

monmaptool --create --addv a "[v1:127.0.0.1:$monitor]" --fsid "$fsid" monmap >/dev/null
ceph-mon -c "$conf" --mkfs -i a --monmap monmap
ceph-mon -c "$conf" -i a -f >/dev/null 2>&1 &
insist ceph -c "$conf" config set mon mon_allow_pool_size_one true
insist ceph -c "$conf" osd new "$osd"
insist ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd"
insist ceph-osd -c "$conf" -i 0 -f &
until ceph -c "$conf" osd stat 2>/dev/null | grep -q ' 1 up'; do
  pause
done
insist radosgw -c "$conf" -n client.rgw -f &
# Not to be made twice, should the first attempt have failed after it made the user.
make_user() {
  radosgw-admin -c "$conf" -n client.rgw user info --uid ff 2>/dev/null | grep -q "$ACCESS_KEY" ||
    radosgw-admin -c "$conf" -n client.rgw user create --uid ff --display-name ff \
      --access-key "$ACCESS_KEY" --secret-key "$SECRET_KEY"
}
insist make_user
until (: <"/dev/tcp/127.0.0.1/$gateway") 2>/dev/null; do
  pause
done
echo listening
wait
