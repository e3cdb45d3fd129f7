"""Who may contact debtors, and how long they stay with the same one: pure decisions."""
