"""What every reader of a converted format writes into: blocks, parts and rows of tables."""
