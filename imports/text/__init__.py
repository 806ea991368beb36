"""One spelling of a text: headings, phrases and what two ways of writing have in common."""
