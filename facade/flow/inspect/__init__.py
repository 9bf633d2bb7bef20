"""What is told and never written: checks, differences, lineage, plans."""
