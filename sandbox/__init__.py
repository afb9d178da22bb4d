"""Stand-ins for the vendors' APIs, and the seeded simulation of a community they can serve."""
