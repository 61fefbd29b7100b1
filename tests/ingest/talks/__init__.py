"""Tests of the talk finder."""
