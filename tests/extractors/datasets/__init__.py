"""One module a vendor: `records()` is a small dataset for its stand-in, `expected()` each stream's keys.

Each list is longer than a page of twenty, so that every stream's paging is seen; times lie before `NOW`.
"""
