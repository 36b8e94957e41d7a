"""Spreadsheets: sheets, rows and cells as people see them."""
