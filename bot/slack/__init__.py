"""The Slack edge: what people write comes in, the same answers as everywhere go out."""
