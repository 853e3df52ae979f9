# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Source this in bash (or zsh) after `make build`: puts the built package, and the ROS 2 that it was
# built with, on the paths of the shell.
#
#   . scripts/env.bash

# Puts a folder first on a search path, unless it is there.
_attendseg_prepend() {
  local current
  eval "current=\${$1:-}"
  case ":$current:" in
    *":$2:"*) ;;
    *) export "$1=$2${current:+:$current}" ;;
  esac
}

# ROS 2 from PyPI: the environment itself is the prefix.
_attendseg_use_wheels() {
  local libraries
  export ROS_DISTRO=$2
  _attendseg_prepend AMENT_PREFIX_PATH "$1/.venv"
  for libraries in "$1"/.venv/lib/python3*/site-packages/ros_*.libs "$1/.venv/lib"; do
    _attendseg_prepend LD_LIBRARY_PATH "$libraries"
  done
  # Tells the start-up hook of the wheels that the libraries are on the path: without it every
  # Python starts twice, and with it but without the path rcl would not load.
  export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1
}

# Each only where the user has not decided.
_attendseg_set_defaults() {
  local profile="$1/config/fastdds_large_images.xml"
  # Nodes of this host only. Humble knows it by an older name.
  if [ "${ROS_DISTRO:-}" = humble ]; then
    export ROS_LOCALHOST_ONLY="${ROS_LOCALHOST_ONLY-1}"
  else
    export ROS_AUTOMATIC_DISCOVERY_RANGE="${ROS_AUTOMATIC_DISCOVERY_RANGE-LOCALHOST}"
  fi
  # No large images lost. Fast DDS 3, in Kilted and later, renamed the variable.
  case ${ROS_DISTRO:-} in
    humble | iron | jazzy)
      export FASTRTPS_DEFAULT_PROFILES_FILE="${FASTRTPS_DEFAULT_PROFILES_FILE-$profile}"
      ;;
    *) export FASTDDS_DEFAULT_PROFILES_FILE="${FASTDDS_DEFAULT_PROFILES_FILE-$profile}" ;;
  esac
}

_attendseg_env() {
  local root=$1 shell=$2 flags=$- ros setup=setup
  if [ ! -f "$root/install/setup.$shell" ] || [ ! -f "$root/.venv/ros" ]; then
    echo "attendseg_ros: nothing is built in $root: run 'make build' there first" >&2
    return 1
  fi
  ros=$(cat "$root/.venv/ros")
  if [ "$ros" != sourced ]; then
    _attendseg_use_wheels "$root" "$ros"
    setup=local_setup
  fi
  # The set-up files of colcon and ROS read variables that are not set.
  set +eu
  # shellcheck disable=SC1090
  . "$root/install/$setup.$shell"
  case $flags in *e*) set -e ;; esac
  case $flags in *u*) set -u ;; esac
  # After the ROS, whose own Python would otherwise come first.
  export VIRTUAL_ENV="$root/.venv"
  _attendseg_prepend PATH "$root/.venv/bin"
  _attendseg_set_defaults "$root"
}

if [ -n "${ZSH_VERSION:-}" ]; then
  eval '_attendseg_root=${${(%):-%x}:A:h:h}'
  _attendseg_env "$_attendseg_root" zsh
else
  _attendseg_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  _attendseg_env "$_attendseg_root" bash
fi
