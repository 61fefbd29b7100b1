"""From Slack's payload to a job."""
