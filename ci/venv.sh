#!/usr/bin/env bash
# Makes a virtual environment: ci/venv.sh PYTHON FOLDER
# On Debian and Ubuntu the module for that, and the sandbox of the grader, are system packages; they
# are installed where that is allowed, else the one line that a person must run is printed.
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

# install PACKAGE: with Debian's package manager; where that is not allowed, the line to run is printed.
install() {
    command="apt-get update && apt-get install -y $1"
    if ! command -v apt-get >/dev/null; then
        echo "Install $1 with your system's package manager, then run this again." >&2
        return 1
    elif [ "$(id -u)" -eq 0 ]; then
        sh -c "$command"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n sh -c "$command"
    else
        echo "Run this line, then the same command again:" >&2
        echo "  sudo sh -c '$command'" >&2
        return 1
    fi
}

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "'$python' cannot make virtual environments: it lacks the modules venv and ensurepip." >&2
    install "python$version-venv"
fi
# Learners' code is walled in with it while it is graded; nothing else needs it.
if ! command -v bwrap >/dev/null; then
    echo "There is no bubblewrap: without it, nothing can be graded safely." >&2
    install bubblewrap || true
fi
# The visualiser is tried in it; where it is missing, those tests are skipped and say so.
if ! command -v chromium >/dev/null; then
    echo "There is no Chromium: without it, the visualiser's page cannot be tested." >&2
    install chromium || true
fi

# One that is a link belongs to another checkout, whose packages this would replace by its own.
if [ -L "$folder" ]; then
    echo "$folder is a link to $(readlink "$folder"): what is installed there is another checkout's." >&2
    echo "Remove the link (rm $folder) and run the same command again; it makes an environment here." >&2
    exit 1
fi
# One that an interrupted run left, or whose Python has gone, is made anew.
if ! "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear "$folder"
fi
