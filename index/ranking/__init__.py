"""Which passages come first: one module a ranker, and their fusion."""
