"""The oscar pack, over the real schema where it is to be had."""
