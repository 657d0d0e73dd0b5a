"""The report on a calibration: what judges and panel are worth, as a page, as Markdown and as JSON."""
