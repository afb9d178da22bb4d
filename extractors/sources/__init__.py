"""One module a vendor, each ending in `SOURCE`."""
