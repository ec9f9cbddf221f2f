"""What campaigns bring because of them: effects with intervals, and who responds more than others."""
