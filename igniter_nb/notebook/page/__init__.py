"""Page of a notebook: HTML, themes, tables, texts, and renderers of displayed objects."""
