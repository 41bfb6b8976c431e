#!/bin/sh
# `make` calls this: install.sh run | dev | uv
#
# run, dev  brings .venv in step with requirements.lock or requirements-dev.lock; says and does nothing when it is
#           (a copy of the lock inside .venv tells). A dev environment also serves `run`.
# uv        prints the uv to use, fetching one into .uv when none is on the PATH.
set -eu
cd "$(dirname "$0")/.."
say() { echo "$*" >&2; }

uv_path() {
    if command -v uv >/dev/null 2>&1; then command -v uv; return; fi
    if [ ! -x .uv/bin/uv ]; then
        command -v python3 >/dev/null 2>&1 || { say "python3 is missing. Debian/Ubuntu: apt install python3 python3-venv"; exit 1; }
        say "Fetching uv (once)."
        rm -rf .uv
        python3 -m venv .uv >/dev/null 2>&1 || {
            rm -rf .uv
            say "python3 cannot make a virtual environment. Debian/Ubuntu: apt install python3-venv"
            exit 1
        }
        .uv/bin/pip install --quiet --disable-pip-version-check uv >&2 || {
            rm -rf .uv
            say "uv could not be fetched. Is there a network? A mirror: PIP_INDEX_URL=https://... make run"
            exit 1
        }
    fi
    echo "$PWD/.uv/bin/uv"
}

[ "$1" = uv ] && { uv_path; exit; }

kind=$1
lock=requirements.lock
[ "$kind" = dev ] && lock=requirements-dev.lock
if [ -x .venv/bin/python ] && cmp -s "$lock" ".venv/$kind.lock"; then exit 0; fi

uv=$(uv_path)
# A project of ours elsewhere on the machine must not be found instead.
unset VIRTUAL_ENV CONDA_PREFIX || true
if [ ! -x .venv/bin/python ]; then
    say "Making .venv with Python $(cat .python-version)."
    "$uv" venv --quiet --no-project --python "$(cat .python-version)" .venv || {
        say "No Python $(cat .python-version) was found, and uv could not fetch one. Rasa 3.6 runs on no newer Python."
        say "Install it (pyenv install 3.10; conda create -n py310 python=3.10; Ubuntu: apt install python3.10-venv), then again."
        exit 1
    }
fi
say "Installing $lock (the first time about 500 MB)."
rm -f .venv/run.lock .venv/dev.lock
# Byte-compiling once halves the start of Rasa; on some machines Python may not write .pyc files by itself.
UV_COMPILE_BYTECODE=1 "$uv" pip sync --quiet --require-hashes --python .venv/bin/python "$lock" || {
    say "Installing failed. Is there a network, and room on the disk? A mirror: UV_INDEX_URL=https://... make run"
    exit 1
}
cp requirements.lock .venv/run.lock
[ "$kind" = dev ] && cp requirements-dev.lock .venv/dev.lock
exit 0
