"""The only Python that opens the working database."""
