"""What each customer is worth: purchases and spend to come, what was realised, and how well forecasts came true."""
