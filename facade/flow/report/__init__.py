"""How the sources do: for the command line, the landing page and Prometheus."""
