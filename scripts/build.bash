#!/usr/bin/env bash
# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
#
# Set up .venv and build the package with colcon, each only as far as it is not done yet.
#
#   scripts/build.bash [--test]      --test: also install what the tests need
#
# ROS_DISTRO  kilted (default) or jazzy: the ROS 2 to take from PyPI where none is sourced
# PYTHON      the interpreter to use, instead of the first suitable one on the PATH
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

fail() {
  echo "attendseg_ros: $*" >&2
  exit 1
}

# Takes this checkout's own folders off a search path: with scripts/env.bash sourced they are on it,
# and would make its own ROS from PyPI look like one that the user sourced.
without_own() {
  local kept='' part IFS=:
  for part in $1; do
    case $part in "$root"/*) ;; *) kept+=${kept:+:}$part ;; esac
  done
  echo "$kept"
}

forget_own_environment() {
  local name
  for name in PATH AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH LD_LIBRARY_PATH \
    PYTHONPATH; do
    [ -z "${!name:-}" ] || export "$name=$(without_own "${!name}")"
    [ -n "${!name:-}" ] || unset "$name"
  done
  unset VIRTUAL_ENV _ROS_WHEELS_BOOTSTRAP_COMPLETE
}

# Prints the interpreter that a sourced ROS 2 runs with; fails where no ROS 2 is sourced. A ROS 2
# inside a virtual environment (of another checkout) does not count: none can be made on top of it.
sourced_python() {
  local candidate check
  [ -n "${AMENT_PREFIX_PATH:-}" ] || return 1
  check='import rclpy, sys; sys.exit(sys.prefix != sys.base_prefix and sys.prefix in rclpy.__file__)'
  for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
    if "$candidate" -c "$check" 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# Prints the first interpreter that ROS 2 from PyPI runs with; ends with why the first does not.
wheels_python() {
  local candidate problem first_problem=''
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10}; do
    problem=$("$candidate" scripts/check_python.py wheels 2>/dev/null) || problem='does not run: install Python 3.10 or newer'
    if [ -z "$problem" ]; then
      command -v "$candidate"
      return
    fi
    first_problem=${first_problem:-$candidate $problem}
  done
  fail "$first_problem"
}

# One build of this checkout at a time: tests and demo may be started side by side.
exec 9<scripts/build.bash
flock 9

case $root in
  *[[:space:]]*) fail "colcon's set-up files cannot have a space in their path: move $root" ;;
esac
forget_own_environment
[ -n "${CXX:-}" ] || command -v c++ >/dev/null || command -v g++ >/dev/null \
  || command -v clang++ >/dev/null || fail 'no C++ compiler: install g++'

if python=$(sourced_python); then
  ros=sourced
  echo "attendseg_ros: building with the sourced ROS 2 ($AMENT_PREFIX_PATH)"
  problem=$("$python" scripts/check_python.py sourced)
  [ -z "$problem" ] || fail "$python $problem"
else
  [ -z "${AMENT_PREFIX_PATH:-}" ] \
    || echo "attendseg_ros: no Python here imports rclpy of $AMENT_PREFIX_PATH" >&2
  ros=${ROS_DISTRO:-kilted}
  case $ros in
    kilted | jazzy) ;;
    *) fail "ROS_DISTRO=$ros: source that ROS 2 first, or choose kilted or jazzy from PyPI" ;;
  esac
  python=$(wheels_python)
  unset AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH
  echo "attendseg_ros: building with ROS 2 $ros from PyPI"
fi

"$python" scripts/make_venv.py "$ros" "$@"

export PATH="$root/.venv/bin:$PATH"
if [ "$ros" != sourced ]; then
  # The wheels make the environment itself the prefix of ROS.
  export AMENT_PREFIX_PATH="$root/.venv" CMAKE_PREFIX_PATH="$root/.venv"
fi
# Links to files that are gone; colcon leaves them.
[ ! -d install ] || find install -xtype l -delete
colcon --log-base log --log-level error build --base-paths . --packages-select attendseg_ros \
  --symlink-install --event-handlers console_stderr+ \
  --cmake-args -DBUILD_TESTING=OFF "-DPython3_EXECUTABLE=$root/.venv/bin/python3"
