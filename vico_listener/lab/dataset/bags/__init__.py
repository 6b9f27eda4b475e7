"""rosbag2 bags of a data set: clips become bags, and the true listener comes out of one."""
