#!/bin/sh
# Installs Onbehalf from this folder alone: ./install.sh TARGET [PLUGIN ...]
# Without plugins it installs all of them; what is installed is not yet enabled (ONBEHALF_PLUGINS).
set -eu
target=${1:?"say where to: ./install.sh /opt/onbehalf [azure office365 ...]"}
shift
case $target in /*) ;; *) target=$PWD/$target ;; esac
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
sha256sum --quiet --check SHA256SUMS
"${PYTHON:-python3}" -m venv "$target"
install() {
    "$target/bin/python" -m pip --disable-pip-version-check install -q \
        --no-index --find-links wheels --require-hashes --no-deps -r "$1"
}
install run.txt
if [ $# = 0 ]; then
    install own.txt
else
    grep '^onbehalf==' own.txt > "$target/own.txt"
    for plugin in "$@"; do
        grep "^onbehalf-$plugin==" own.txt >> "$target/own.txt" || {
            echo "No plugin $plugin in this bundle." >&2
            exit 1
        }
    done
    install "$target/own.txt"
fi
"$target/bin/python" -m pip --disable-pip-version-check check
cp -R docs "$target/"
echo "Installed: $target/bin/onbehalf. What to set next stands in docs/settings.md."
