"""A checklist, or what there is when none was meant."""
