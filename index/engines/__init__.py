"""Where candidates come from: the build's own folder, or a search engine that many machines share."""
