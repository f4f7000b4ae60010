"""What the rules read in a text: links, contact details, likeness. Pure functions; no database, no policy."""
