"""Made-up input for every door of the portal: it answers in time, with no failure, and keeps nothing of it."""
