#!/bin/sh
# Installs or upgrades batchsync for this user in a Python environment of its own (macOS, Linux); --uninstall removes it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program="${XDG_DATA_HOME:-$HOME/.local/share}/batchsync-program"
python="$program/bin/python"

if [ "${1:-}" = --uninstall ]; then
    [ ! -x "$python" ] || "$python" -m batchsync setup --remove
    rm -rf "$program"
    rm -f "$HOME/.local/bin/batchsync"
    exit 0
fi

found=
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        found=$candidate
        break
    fi
done
if [ -z "$found" ]; then
    echo "Python 3.11 or newer is missing: https://www.python.org/downloads/" >&2
    echo "缺少 Python 3.11 或更新版本，请先从上面的网址安装。" >&2
    exit 1
fi

"$found" -m venv "$program"
package=$(ls -t "$here"/batchsync-*.whl "$here"/../../dist/batchsync-*.whl 2>/dev/null | head -n 1)
if [ -z "$package" ]; then
    package=batchsync
    [ ! -f "$here/../../pyproject.toml" ] || package=$here/../..
fi
"$python" -m pip install --upgrade --disable-pip-version-check "$package"
mkdir -p "$HOME/.local/bin"
ln -sf "$program/bin/batchsync" "$HOME/.local/bin/batchsync"
"$python" -m batchsync setup "$@"
