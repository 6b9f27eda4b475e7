"""What pretrained networks share: reading their files safely and strictly, and running them."""
