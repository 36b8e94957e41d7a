"""What all Office Open XML formats share: the archive, charts, diagrams and equations in it."""
