"""The decisions of outreach, pure: what a contact becomes, what a reply means, what a message says."""
