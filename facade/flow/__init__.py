"""Where data moves: from sources into the store, on schedules, and again from what is stored."""
