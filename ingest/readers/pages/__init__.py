"""From the words of a page and their places to blocks: columns, tables, running headers, paragraphs."""
