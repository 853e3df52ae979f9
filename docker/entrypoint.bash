#!/usr/bin/env bash
# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0
#
# Puts ROS, the package and what pip installed on the paths, then becomes the command.
set -e
# shellcheck source=/dev/null
. /opt/attendseg/install/setup.bash
# Not by the virtual environment alone: `ros2 launch` runs in the system's Python.
for packages in /opt/attendseg/venv/lib/python3*/site-packages; do
  export PYTHONPATH="$packages${PYTHONPATH:+:$PYTHONPATH}"
done
# Large images get through. Fast DDS 3, in Kilted and later, renamed the variable.
profile=/opt/attendseg/install/share/attendseg_ros/config/fastdds_large_images.xml
case $ROS_DISTRO in
  humble | jazzy) export FASTRTPS_DEFAULT_PROFILES_FILE="${FASTRTPS_DEFAULT_PROFILES_FILE-$profile}" ;;
  *) export FASTDDS_DEFAULT_PROFILES_FILE="${FASTDDS_DEFAULT_PROFILES_FILE-$profile}" ;;
esac
exec "$@"
