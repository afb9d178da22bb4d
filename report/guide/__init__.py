"""dbt's docs, completed into the guide of a release: today's values and pictures, a page anyone can read.

    python -m report.guide data/published/candidates/STAMP

dbt writes its docs as one HTML file: an Angular page with the project's manifest inside. What is changed is
the manifest (`contents`: only what readers need; `tokens`: values in place of `[[…]]`) and the page around it
(`templates/`: navigation, columns and details drawn so that keyboard, screen reader and phone can follow).
"""
