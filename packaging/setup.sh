#!/usr/bin/env bash
# Sets up .venv with everything that the program needs: `setup.sh run|dev|bench`, each with what comes before it.
# System packages are installed where the user is root on Debian or Ubuntu; elsewhere the exact command is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 python; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s' "$candidate"
      return
    fi
  done
  return 1
}

# One Debian package a line for whatever is missing: compiler and headers for annoy, Qt's libraries, a font.
missing_packages() {
  local python=$1 version
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  command -v g++ >/dev/null 2>&1 || command -v c++ >/dev/null 2>&1 || echo g++
  "$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' ||
    echo "python${version}-dev"
  "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || echo "python${version}-venv"
  local library package libraries fonts
  libraries=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null || true)
  while read -r library package; do
    grep -qF "$library" <<<"$libraries" || echo "$package"
  done <<'LIBRARIES'
libEGL.so.1 libegl1
libGL.so.1 libgl1
libxkbcommon.so.0 libxkbcommon0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libxcb-cursor.so.0 libxcb-cursor0
LIBRARIES
  fonts=$(find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
    \( -name '*.ttf' -o -name '*.otf' -o -name '*.ttc' \) -print -quit 2>/dev/null || true)
  [ -n "$fonts" ] || echo fonts-dejavu-core
}

install_system_packages() {
  [ "$(uname -s)" = Linux ] || return 0
  local packages
  packages=$(missing_packages "$1" | sort -u | tr '\n' ' ')
  [ -n "${packages// /}" ] || return 0
  local command="apt-get update && apt-get install -y --no-install-recommends $packages"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing system packages: $packages"
    (export DEBIAN_FRONTEND=noninteractive; apt-get -qq update && apt-get -qq install -y --no-install-recommends $packages) >/dev/null ||
      fail "system packages could not be installed. Try by hand: $command"
  elif command -v apt-get >/dev/null 2>&1; then
    fail "system packages are missing. Run this, then start again:
  sudo sh -c '$command'"
  else
    say "These system packages (Debian's names) seem to be missing: $packages" >&2
    say "Install your distribution's equivalents if the next steps fail." >&2
  fi
}

pip_install() {
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-input -c packaging/constraints.txt "$@" ||
    fail "packages could not be installed (see above). Check the network, then run the same command again."
}

set_up_run() {
  local python
  python=$(find_python) || fail "Python 3.11 or newer is needed. On Debian or Ubuntu: sudo apt-get install python3 python3-venv python3-dev"
  install_system_packages "$python"
  say "Setting up .venv (a few minutes the first time) ..."
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  # Asked for first and alone: otherwise another package could bring gigabytes of GPU libraries.
  .venv/bin/python -c 'import torch' 2>/dev/null || pip_install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch==2.13.0
  pip_install -e .
  say "Compiling the kernels once ..."
  .venv/bin/python -m explorer.core.warm
  .venv/bin/python -m explorer.gui.widgets.map.compiled
  touch .venv/.ready
}

case "${1:-run}" in
  run) set_up_run ;;
  dev) pip_install -e '.[dev]'; touch .venv/.dev ;;
  bench) pip_install -e '.[dev,bench]'; touch .venv/.bench ;;
  *) fail "unknown step $1" ;;
esac
