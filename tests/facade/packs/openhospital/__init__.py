"""The openhospital pack, over a small database of our own, and over the real one where it is to be had."""
