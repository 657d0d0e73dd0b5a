"""The figures of a calibration report: what each shows as plain records, each with the way it is drawn.

matplotlib draws them, and is loaded by the first one drawn. It never sees a text: what stands in a picture is written
by `vector`, escaped, so that a name is a name, whatever is in it. It never sees a colour either: shapes are painted
with tones, and the style sheet of the page says what a tone looks like in light, in dark and on paper.
"""
