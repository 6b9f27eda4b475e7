"""The ViCo data set: its two public layouts, what is in it, and features of its clips."""
