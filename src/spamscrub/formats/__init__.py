"""Documents in and out, one file for each format."""
