"""PDF: from characters with their places on pages to paragraphs."""
