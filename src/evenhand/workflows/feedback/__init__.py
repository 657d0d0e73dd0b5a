"""Training data from a constitution: replies revised, pairs labelled, records exported.

`find_feedback` finds the file. Revisions: `plan_revisions` lays out which replies are revised under what, `plan_cost`
what that takes, `revise` takes them to their end and has them judged, `read_revisions` reads them back, `revised_suite`
and `derive_suite` write the suite in which replies before and after are judged, `read_effects` reads what that came to,
`find_refusals` tells refusals from answers, `stamp` and `write_revisions` make the report, `show_revisions` the texts.
Preferences: `prefer` labels pairs, `read_preferences` reads the labels back, `report_preferences` reports them.
`read_readings` and `drawn_items` are what both read of a run.
"""
