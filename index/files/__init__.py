"""Lines, records and arrays that stay on disk until they are asked for."""
