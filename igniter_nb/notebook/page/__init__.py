"""The page: HTML, themes, tables, texts, and what renders a displayed object."""
