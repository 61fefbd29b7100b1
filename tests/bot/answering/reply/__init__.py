"""Tests of the forms that an answer can have."""
