"""Every fault at every step of every plan, between the real engine and a real WordPress."""
