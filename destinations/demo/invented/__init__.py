"""The facts a made-up hub is made of: names, places, words, headings, identifiers."""
