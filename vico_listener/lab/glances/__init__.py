"""Whether listeners of different attitudes or personalities are told apart at a glance."""
