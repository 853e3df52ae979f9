#!/usr/bin/env bash
# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
#
# Install the inference engines beside a ROS 2 from apt, with pip: rosdep has no key for OpenVINO,
# and its key for ONNX Runtime would bring NumPy 2 to a ROS that was built with NumPy 1.
#
#   scripts/install_engines.bash [--dry-run] [ENGINE ...]
#
# ENGINE     onnxruntime or openvino; both on x86, onnxruntime elsewhere, if none is named
# --dry-run  only say what would be done
# PYTHON     the interpreter that the nodes run with (default: python3)
#
# pip writes into a virtual environment where PYTHON is of one, else into ~/.local, for root into
# /usr/local: nothing that apt installed is changed. NumPy keeps its major version.
set -euo pipefail

fail() {
  echo "install_engines: $*" >&2
  exit 1
}

python=${PYTHON:-python3}
dry_run=''
engines=()
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=yes ;;
    onnxruntime | openvino) engines+=("$argument") ;;
    -h | --help)
      sed -n '5,16s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit
      ;;
    *) fail "unknown argument '$argument': the engines are onnxruntime and openvino" ;;
  esac
done

command -v "$python" >/dev/null || fail "there is no $python: install it, or set PYTHON"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
  || fail "$("$python" --version 2>&1) is too old: Python 3.10 or newer is needed"
"$python" -m pip --version >/dev/null 2>&1 \
  || fail "$python has no pip: sudo apt install python3-pip"

if [ ${#engines[@]} -eq 0 ]; then
  engines=(onnxruntime)
  case $(uname -m) in x86_64 | amd64) engines+=(openvino) ;; esac
fi

# Prints the packages that can be imported, of those named.
importable() {
  local module
  for module in "$@"; do
    if "$python" -c "import $module" 2>/dev/null; then echo "$module"; fi
  done
}

# OpenCV and cv_bridge that were built with NumPy 1 cannot be imported under NumPy 2.
limits=$("$python" - <<'END'
try:
    import numpy
except ImportError:
    pass
else:
    major = int(numpy.__version__.split(".")[0])
    print(f"numpy>={major},<{major + 1}")
END
)

# Distributions refuse pip outside of a virtual environment unless this is said. It overwrites
# nothing of theirs.
marker='import os, sys, sysconfig
print(sys.prefix == sys.base_prefix
      and os.path.exists(os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")))'
if [ "$("$python" -c "$marker")" = True ]; then
  export PIP_BREAK_SYSTEM_PACKAGES=1
fi

echo "install_engines: ${engines[*]} for $(command -v "$python")${limits:+, with $limits}"
[ -z "$dry_run" ] || exit 0

before=$(importable cv2 cv_bridge rclpy)
constraints=$(mktemp)
trap 'rm -f "$constraints"' EXIT
echo "$limits" >"$constraints"
"$python" -m pip install --disable-pip-version-check --constraint "$constraints" "${engines[@]}" \
  || fail 'pip could not install them (its message is above)'

for module in "${engines[@]}" $before; do
  "$python" -c "import $module" || fail "$module cannot be imported now (its message is above)"
done
echo "install_engines: done; the node's engine:=auto takes the fastest"
