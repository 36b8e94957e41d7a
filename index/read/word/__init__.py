"""Word documents: their text in order, with the numbers, notes and comments that Word shows."""
