"""The weights of the ranking's features: learnt from pairs, judged on conferences that were left out."""
