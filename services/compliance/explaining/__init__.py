"""`recoup gate explain`: a request file in; out comes the decision with every rule that was looked at."""
