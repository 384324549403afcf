#!/bin/sh
# Runs a command in a network namespace of its own, whose only way out is eth0: whatever is sent to another
# machine is routed there and counted in /proc/net/dev, while traffic to the namespace's own addresses takes lo.
# Names resolve through a server behind eth0, so that DNS queries are counted as well.
# Use: unshare --net --mount sh namespace.sh <resolv.conf> <command...>
set -e
ip link set lo up
conf=/proc/sys/net/ipv6/conf/default
if [ -d $conf ]; then
  # No packets of the kernel's own: no router solicitation, no address probe, and multicast reports at once.
  echo 0 > $conf/accept_ra
  echo 0 > $conf/router_solicitations
  echo 0 > $conf/dad_transmits
  echo 1 > $conf/addr_gen_mode
  echo 1 > $conf/mldv1_unsolicited_report_interval
  echo 1 > $conf/mldv2_unsolicited_report_interval
fi
ip link add eth0 type veth peer name wire
ip link set wire up
ip link set eth0 up
ip addr add 10.77.0.1/24 dev eth0
ip neigh add 10.77.0.254 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
ip route add default via 10.77.0.254
if [ -d $conf ]; then
  ip -6 addr add fd77::1/64 dev eth0 nodad
  ip -6 neigh add fd77::fe lladdr 02:00:00:00:00:01 dev eth0 nud permanent
  ip -6 route add default via fd77::fe
fi
mount --bind "$1" "$(readlink -f /etc/resolv.conf)"
shift
exec "$@"
