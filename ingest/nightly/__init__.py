"""The job that runs every night: read what changed, build, check, publish, report."""
