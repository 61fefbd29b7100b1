"""Tests of what deploys it."""
