"""Charts whose pictures are drawn when the page is written."""

from evenhand.reporting.document import Chart, Drawing, Panel, Plot, Span, Table, Words, words


def panel(title: str | Words, description: str, drawing: Drawing) -> Panel:
    """Return one picture with its title and description."""
    return Panel(
        title=words(title) if isinstance(title, str) else title, description=description, drawing=drawing
    )


def plot(name: str, title: str | Words, panels: tuple[Panel, ...], table: Table, *note: str | Span) -> Chart:
    """Return pictures side by side with the table that holds their numbers."""
    return Chart(
        id=name,
        title=words(title) if isinstance(title, str) else title,
        description=panels[0].description,
        drawing=Plot(panels=panels),
        table=table,
        note=words(*note),
    )
