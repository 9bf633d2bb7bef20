"""Before an answer: what the sources hold now, as far as it is wanted."""
