# Shared by the end-to-end tests: a real agent with a scratch state folder, on the libvirtd that IMPRINT_TEST_URI names.
# shellcheck shell=bash

bin=$build/bin
guest=$(cd "$(dirname "${BASH_SOURCE[0]}")/../guests" && pwd)/guest
uri=${IMPRINT_TEST_URI:-qemu:///system}
scratch=$(mktemp -d /var/tmp/imprint-e2e-XXXXXX)
chmod 0711 "$scratch"
state=$scratch/state
export IMPRINT_SOCKET=$scratch/imprint.sock
agent=

fail() {
  echo "FAIL: $*" >&2
  exit 1
}
step() { printf '[%4s s] %s\n' "$SECONDS" "$*"; }
imprintctl() { "$bin/imprintctl" "$@"; }
# refused COMMAND...: it must fail
refused() { ! "$@" || fail "must be refused: $*"; }

start_agent() {
  mkdir -p -m 0711 "$state"
  printf 'state_folder = "%s"\ncache_folder = "%s"\n[socket]\npath = "%s"\n[hypervisor]\nuri = "%s"\n%s\n' \
    "$state" "${IMPRINT_TEST_CACHE:-/var/cache/imprint}" "$IMPRINT_SOCKET" "$uri" "${more_config:-}" >"$scratch/imprint.toml"
  "$bin/imprintd" --config "$scratch/imprint.toml" >>"$scratch/imprintd.log" 2>&1 &
  agent=$!
  for _ in $(seq 300); do
    imprintctl node status >/dev/null 2>&1 && return
    kill -0 "$agent" 2>/dev/null || fail "the agent ended: $(tail -n 5 "$scratch/imprintd.log")"
    sleep 0.2
  done
  fail "the agent does not answer"
}

kill_agent() {
  kill "-${1:-KILL}" "$agent"
  wait "$agent" 2>/dev/null || true
  agent=
}

domains() { virsh -c "$uri" list --all --name | sed '/^$/d'; }

clean_up() {
  local status=$?
  [ $status -eq 0 ] || { echo "--- the agent's log"; tail -n 40 "$scratch/imprintd.log" 2>/dev/null; } >&2
  [ -z "$agent" ] || kill_agent
  local domain
  for domain in $(virsh -c "$uri" list --all --name 2>/dev/null | grep '^i-'); do
    grep -qs "$domain" "$scratch/instances" || [ -d "$state/instances/$domain" ] || continue
    virsh -c "$uri" destroy "$domain" >/dev/null 2>&1
    virsh -c "$uri" undefine --nvram "$domain" >/dev/null 2>&1
  done
  rm -rf "$scratch"
}
trap clean_up EXIT

instance_field() { imprintctl instance show "$1" --json | jq -r "$2"; }

# The facts that the tiny guest prints on its console since its last start.
console_fact() { # INSTANCE FACT
  imprintctl instance console "$1" | tr -d '\r' | sed -n "s/^imprint-guest $2[=:] *//p" | tail -n 1
}
# shows TEXT COMMAND...: TEXT is somewhere in all that the command prints. Not `| grep -q`, which ends the command by SIGPIPE.
shows() {
  local out
  out=$("${@:2}" 2>/dev/null) && grep -qF -- "$1" <<<"$out"
}
wait_for_login() {
  for _ in $(seq 240); do
    shows 'login:' imprintctl instance console "$1" && return
    sleep 0.5
  done
  imprintctl instance console "$1" | tail -n 20
  fail "no login prompt on the console of $1"
}

# The content of a stopped machine's data disk, as the guest sees it.
data_digest() { # INSTANCE
  local path
  path=$(instance_field "$1" '.data_disks[0].path')
  qemu-img convert -f qcow2 -O raw "$path" "$scratch/data.raw"
  sha256sum <"$scratch/data.raw"
  rm "$scratch/data.raw"
}
