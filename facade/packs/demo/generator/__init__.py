"""What fills a Kestrel database: small clinical tables, invented people, and their years at the practice."""
