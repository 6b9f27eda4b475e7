"""rosbag2 bags without ROS: reading, writing, and choosing their topics."""
