"""How well forecasts came true, and which one is used: rolling origins, rules of thumb, the champion."""
