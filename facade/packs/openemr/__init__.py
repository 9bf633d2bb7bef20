"""OpenEMR 5.0.1, as data; `recurrence` reads its repeating calendar events."""
