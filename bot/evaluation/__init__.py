"""Measure answers against questions with known evidence."""
