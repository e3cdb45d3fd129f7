"""How long what is on file about persons stays there: judged by the packs' duties, pure."""
