#!/bin/sh
# ./go run | test | check | bench | seed ... : makes the environment on first use, then calls `portal`. ./go lock: pin anew.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
VENV=$ROOT/.venv
LOCKS=$ROOT/portal/runtime
say() { printf 'go: %s\n' "$*" >&2; }

find_python() {
    for PY in python3 python3.14 python3.13 python3.12 python3.11; do
        "$PY" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    PY=""
}

install_system() { # only what is missing, only where apt-get exists
    command -v apt-get >/dev/null || return 0
    find_python
    want="ca-certificates libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    [ -n "$PY" ] || want="python3 $want"
    uv --version >/dev/null 2>&1 || "${PY:-false}" -c 'import ensurepip' 2>/dev/null || want="python3-venv $want"
    missing=""
    for package in $want; do dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"; done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then as=""; elif sudo -n true 2>/dev/null; then as="sudo"; else
        say "please install what is missing: sudo apt-get install -y$missing"
        return 0
    fi
    say "installing$missing"
    # shellcheck disable=SC2086
    { $as apt-get update -qq && $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
        >/dev/null || say "that failed; going on without: sudo apt-get install -y$missing"
}

find_uv() {
    export UV_SYSTEM_CERTS=1 # a company's own authority is known to the system
    UV=uv
    "$UV" --version >/dev/null 2>&1 && return
    UV=$ROOT/.uv/bin/uv
    [ -x "$UV" ] && return
    say "installing uv"
    "$PY" -m venv "$ROOT/.uv" && "$ROOT/.uv/bin/pip" install -q --disable-pip-version-check uv
}

install_packages() { # $1: the file of pinned requirements
    install_system
    find_python
    [ -n "$PY" ] || { say "Python 3.11 or newer is needed: apt-get install python3"; exit 1; }
    find_uv
    [ -x "$VENV/bin/python" ] || "$PY" -m venv --without-pip "$VENV"
    say "installing the pinned packages ($(grep -c == "$1"))"
    rm -f "$VENV"/.have-*
    "$UV" pip sync -q --require-hashes --compile-bytecode --python "$VENV/bin/python" "$1"
    "$VENV/bin/python" -c 'import sys, sysconfig
open(sysconfig.get_path("purelib") + "/throughline.pth", "w").write(sys.argv[1] + "\n")' "$ROOT"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec "$(dirname -- "$0")/python" -P -m portal "$@"\n' >"$VENV/bin/portal"
    chmod +x "$VENV/bin/portal"
}

lock() {
    find_python
    find_uv
    cd "$ROOT"
    pin="export -q --frozen --no-annotate --no-header --no-emit-project"
    # shellcheck disable=SC2086
    "$UV" lock && "$UV" $pin >"$LOCKS/requirements.txt" && "$UV" $pin --group dev >"$LOCKS/requirements-dev.txt"
    rm -f uv.lock # it names hosts; the exported files do not
}

case ${1-} in
    lock) lock; exit ;;
    test | check | bench) file=$LOCKS/requirements-dev.txt kind=dev ;;
    *) file=$LOCKS/requirements.txt kind=run ;;
esac
stamp=$(cat "$LOCKS"/requirements*.txt | cksum)
if [ "$stamp" != "$(cat "$VENV/.have-$kind" 2>/dev/null)" ]; then
    install_packages "$file"
    echo "$stamp" >"$VENV/.have-run" # the developers' list holds the other one
    [ $kind = run ] || echo "$stamp" >"$VENV/.have-dev"
fi
export MALLOC_ARENA_MAX=2 # threads share two heaps: a third less memory
exec "$VENV/bin/python" -P -m portal "$@"
