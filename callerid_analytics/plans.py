"""Plans: tables of what would be changed, to be looked at, edited, saved and loaded before anything is sent."""
