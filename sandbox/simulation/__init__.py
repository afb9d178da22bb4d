"""A seeded simulation of a company's forum, feature-request board and support desk.

It invents people with known roles, lets them act for some months, and writes what the vendors'
APIs would show at every moment, together with the truth about the people behind it.
"""

from sandbox.simulation.options import Options, Summary
from sandbox.simulation.run import simulate

__all__ = ["Options", "Summary", "simulate"]
