"""The pack `oscar`: data only."""
