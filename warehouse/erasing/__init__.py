"""Erasing a person from everything under the data folder, for good; why it works this way: ADR 14."""
