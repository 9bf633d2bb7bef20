"""The demonstration EHR, Kestrel Practice Manager: a pack, and the generator of its database."""
