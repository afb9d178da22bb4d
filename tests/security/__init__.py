"""Hostile vendors, hostile text, secrets and rights: what docs/security.md promises."""
