"""The gate: Great Expectations checks a candidate release; its answer decides whether it is published."""

import os

# Great Expectations reads this when it is first imported; the gate never touches the network.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
