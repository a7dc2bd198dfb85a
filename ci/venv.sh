#!/usr/bin/env bash
# Makes a virtual environment: ci/venv.sh PYTHON FOLDER
# On Debian and Ubuntu the module for that is a system package; it is installed where that is
# allowed, else the one line that a person must run is printed.
set -euo pipefail

python=$1
folder=$2

if ! command -v "$python" >/dev/null; then
    echo "There is no '$python'. Install Python 3.11 or later, or say which: make setup PYTHON=python3.12" >&2
    exit 1
fi
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "'$python' is Python $version; the course needs 3.11 or later." >&2
    echo "Install one and say which it is: make setup PYTHON=python3.12" >&2
    exit 1
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    install="apt-get update && apt-get install -y python$version-venv"
    by_hand="sudo sh -c '$install'"
    if ! command -v apt-get >/dev/null; then
        echo "'$python' cannot make virtual environments: it lacks the modules venv and ensurepip." >&2
        echo "Install them with your system's package manager, then run this again." >&2
        exit 1
    elif [ "$(id -u)" -eq 0 ]; then
        sh -c "$install"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n sh -c "$install"
    else
        echo "Python's venv module is missing. Run this line, then the same command again:" >&2
        echo "  $by_hand" >&2
        exit 1
    fi
fi

# One that an interrupted run left, or whose Python has gone, is made anew.
if ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear "$folder"
fi
