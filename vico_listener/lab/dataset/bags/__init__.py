"""Converts clips of a data set to rosbag2 bags, and reads the true listener from a bag."""
