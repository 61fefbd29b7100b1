"""Tests of the Slack edge."""
