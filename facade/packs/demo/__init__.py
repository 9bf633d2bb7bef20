"""The demonstration EHR, Kestrel Practice Manager: a pack, and the generator of the database that it reads."""
