"""How many requests may be under way at once: up while the server takes them, down when it refuses."""
