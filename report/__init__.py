"""The community report: static pages made from a release, for people who read rather than query."""
