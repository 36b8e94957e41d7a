"""From lines with their places on pages to paragraphs and tables: what belongs together, whatever format it comes from."""
