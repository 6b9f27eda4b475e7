# The stack on a ROS 2 of your choice:
#   docker build --build-arg ROS_DISTRO=jazzy -t vico_listener .      (or lyrical)
#   docker run --network=host --ipc=host vico_listener robot:=tiago image:=/image_raw
# With --ipc=host, camera and stack share memory; else give it some: --shm-size=256m (64m, docker's
# own, is too little for images). `docker run ... --entrypoint ./run vico_listener vico doctor` looks.
ARG ROS_DISTRO=jazzy
FROM ros:${ROS_DISTRO} AS ros
ARG ROS_DISTRO
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv ros-${ROS_DISTRO}-audio-common-msgs \
 && rm -rf /var/lib/apt/lists/*

# What it is built with; the devcontainer ends here.
FROM ros AS tools
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends build-essential ninja-build python3-dev \
 && rm -rf /var/lib/apt/lists/*

FROM tools AS build
WORKDIR /opt/vico_listener
COPY . .
RUN ./run setup

FROM ros
COPY --from=build --chown=ubuntu:ubuntu /opt/vico_listener /opt/vico_listener
WORKDIR /opt/vico_listener
USER ubuntu
# As Ctrl-C: the head eases to its base gaze. By SIGTERM, docker's own, ros2 launch leaves its nodes.
STOPSIGNAL SIGINT
ENTRYPOINT ["./run", "shell", "ros2", "launch", "vico_listener", "listener.launch.py"]
