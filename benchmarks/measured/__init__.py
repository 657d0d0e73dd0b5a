"""The measurements behind the reports, by what they measure."""
