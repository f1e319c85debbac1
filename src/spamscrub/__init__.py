"""Cut injected advertising out of scraped articles, leave every other character alone, and prove it."""

__version__ = "0.1.0"
