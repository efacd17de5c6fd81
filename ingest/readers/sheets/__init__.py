"""Tables that are documents of their own: sheets of a workbook, files of values."""
