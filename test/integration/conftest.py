"""Tests of the head beside what robots run; none needs ROS unless it says so."""
