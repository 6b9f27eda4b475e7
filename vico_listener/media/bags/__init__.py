"""rosbag2 bags without ROS: reading, writing, and choosing their topics.

Read and written by `rosbags`, in the version 9 of ROS 2 Jazzy, as mcap or sqlite3, with every
message definition inside.
"""
