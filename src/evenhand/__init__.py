"""evenhand: judge model outputs by a written constitution, with a panel of judges kept honest against people."""
