"""PDF: from a file's bytes to the lines on its pages that a person sees."""
