"""Tests of sources that are fetched: over real sockets, on loopback only."""
