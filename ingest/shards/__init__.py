"""One of several machines that embed: it leaves its share of the vectors as a shard, which an ordinary run merges."""
