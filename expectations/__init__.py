"""Great Expectations suites over a candidate release, and the gate that decides on it."""
