"""A made-up hub: fictional schools, leavers and spreadsheets, with the truth written beside them.

For the demonstration, and for tests that need hubs nobody has seen: each seed gives other
headings, other words, other layouts and other faults, and the same seed always the same bytes.
"""

from destinations.demo.hub import Wishes, make_hub

__all__ = ["Wishes", "make_hub"]
