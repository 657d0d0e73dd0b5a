"""Exchange: review items and labels in the shapes of other tools. Pure conversions: no file is read or written here."""
