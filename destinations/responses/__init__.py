"""What people decided: confirmations, waivers, adoptions of rules, mappings of headings."""
