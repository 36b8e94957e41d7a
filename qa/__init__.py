"""Questions about a folder of documents, answered in the terminal with citations that are proved against the files."""

__version__ = "0.1.0"
