"""Review by people: what is drawn, who sees what, and what the answers come to. Rules alone: no disk, no network."""
