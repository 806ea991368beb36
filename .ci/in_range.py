"""Whether the Python that runs this is one that the project is made for: says so by its exit."""

import sys

sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
