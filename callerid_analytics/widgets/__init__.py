"""Forms for notebooks, which draw the state of flows and plans and hold none of their own."""
